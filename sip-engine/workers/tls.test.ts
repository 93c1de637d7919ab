import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { inviteText } from '../control/call-text.ts';
import { shakeHands, TestAuthority } from '../transport/testing-tls.ts';
import { callFor, workerPair } from './workers-fixture.ts';

t.test('a call worker knows what the PBX of its call has proved by mutual TLS, and answers it', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const platform = authority.issue('platform', 'DNS:sip.platform.example');
  const { certFile, keyFile } = authority.issue('pbx', 'DNS:pbx.example');
  const pair = await workerPair(t, {
    listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
    tls: { ...platform, caFile: authority.caFile, clientCertificates: 'request' },
  });
  const port = pair.home.engine.listenPoints[0]?.port ?? 0;
  const socket = await shakeHands(t, readFileSync(authority.caFile, 'utf8'), port, {
    servername: 'sip.platform.example',
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  socket.write(inviteText(callFor(pair.other, 'tls'), 5061, { body: '' }).replace('SIP/2.0/UDP', 'SIP/2.0/TLS'));
  const [req, res] = await pair.other.invites.take();
  t.equal(req.protocol, 'tls');
  t.same(pair.other.engine.peerCertificate(req.sessionToken)?.names, ['pbx.example']);
  t.equal(pair.other.engine.peerCertificate('tls/999'), undefined);
  res.send(486);
  while (!text.includes('SIP/2.0 486 ')) await once(socket, 'data');
  t.ok(text.startsWith('SIP/2.0 100 '));
});
