import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import t from 'tap';
import { requestText, startEngine } from './engine-test-peer.ts';
import { TestAuthority } from './transport/testing-tls.ts';

t.test('the engine answers over TLS, with the certificate of the SIP domain that was asked for', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const platform = authority.issue('platform', 'DNS:sip.platform.example');
  const tenant = authority.issue('tenant', 'DNS:ignored.example');
  const { engine } = await startEngine(t, {
    listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
    tls: { ...platform, caFile: authority.caFile, domains: [{ name: 'sip.tenant.example', ...tenant }] },
  });
  engine.onRequest('OPTIONS', (request) => ({ status: 200, lines: [`X-Transport: ${request.transport}`] }));
  const [point] = engine.listenPoints;
  for (const [servername, subject] of [
    ['sip.platform.example', 'CN=cn-of-platform'],
    ['sip.tenant.example', 'CN=cn-of-tenant'],
  ] as const) {
    const ca = readFileSync(authority.caFile);
    const options = { host: '127.0.0.1', port: point?.port ?? 0, ca, servername, checkServerIdentity: () => undefined };
    const socket = connect(options);
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    t.equal(socket.getPeerX509Certificate()?.subject, subject);
    socket.write(requestText('OPTIONS', { Via: 'SIP/2.0/TLS 192.0.2.1;rport;branch=z9hG4bKtls' }));
    const [answer] = await once(socket, 'data');
    t.match(String(answer), /^SIP\/2\.0 200 OK\r\n.*X-Transport: tls\r\n/s);
  }
  t.equal(engine.stats.connections, 2);
});
