import { once } from 'node:events';
import { copyFileSync, readFileSync } from 'node:fs';
import type { TLSSocket } from 'node:tls';
import Srf from 'drachtio-srf';
import t from 'tap';
import { requestText, startEngine } from './engine-test-peer.ts';
import { createSystemClock } from './system-ports.ts';
import { shakeHands, shownName, TestAuthority } from './transport/testing-tls.ts';

const caOf = (authority: TestAuthority) => readFileSync(authority.caFile, 'utf8');

/** The next message with that status line; earlier ones are passed over. */
async function answered(socket: TLSSocket, status: string): Promise<string> {
  for (;;) {
    const [data] = await once(socket, 'data');
    const found = String(data)
      .split(/(?=^SIP\/2\.0 )/m)
      .find((text) => text.startsWith(`SIP/2.0 ${status}`));
    if (found !== undefined) return found;
  }
}

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
    ['sip.platform.example', 'cn-of-platform'],
    ['sip.tenant.example', 'cn-of-tenant'],
  ] as const) {
    const socket = await shakeHands(t, caOf(authority), point?.port ?? 0, { servername });
    t.equal(shownName(socket), subject);
    socket.write(requestText('OPTIONS', { Via: 'SIP/2.0/TLS 192.0.2.1;rport;branch=z9hG4bKtls' }));
    const [answer] = await once(socket, 'data');
    t.match(String(answer), /^SIP\/2\.0 200 OK\r\n.*X-Transport: tls\r\n/s);
  }
  t.equal(engine.stats.connections, 2);
});

t.test('a certificate swapped on disk is shown at the next handshake, and a call that is up goes on', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const names = ['sip.platform.example', 'sip.tenant.example'] as const;
  const [platform, tenant, newer] = (['platform', 'tenant', 'newer'] as const).map((file) =>
    authority.issue(file, 'DNS:ignored.example'),
  );
  if (platform === undefined || tenant === undefined || newer === undefined) return t.fail('no certificates');
  const system = createSystemClock();
  let aheadMs = 0;
  const clock = { ...system, nowMs: () => system.nowMs() + aheadMs, wallMs: system.wallMs, every: system.every };
  const listen = [{ transport: 'tls', host: '127.0.0.1', port: 0 } as const];
  const tls = { ...platform, domains: names.map((name, i) => ({ name, ...(i === 0 ? platform : tenant) })) };
  const { engine } = await startEngine(t, { listen, tls, timers: {} }, {}, { clock });
  const srf = new Srf();
  const ended = Promise.withResolvers<void>();
  srf.invite(async (req, res) => {
    const dialog = await srf.createUAS(req, res, { localSdp: 'v=0\r\n' });
    dialog.on('destroy', () => ended.resolve());
  });
  void srf.listen({ server: engine.attachApp({ secret: 's', methods: ['INVITE'] }), secret: 's' } as Parameters<
    typeof srf.listen
  >[0]);
  const port = engine.listenPoints[0]?.port ?? 0;
  const caller = await shakeHands(t, caOf(authority), port, { servername: names[1] });
  const call = { 'Call-ID': 'up', Contact: '<sip:a@192.0.2.1;transport=tls>' };
  const via = (method: string) => `SIP/2.0/TLS 192.0.2.1;rport;branch=z9hG4bK${method}`;
  caller.write(requestText('INVITE', { ...call, Via: via('invite') }));
  const to = /^To: (.*)$/im.exec(await answered(caller, '200'))?.[1]?.trim() ?? '';
  caller.write(requestText('ACK', { ...call, To: to, Via: via('ack') }));

  copyFileSync(newer.certFile, tenant.certFile);
  copyFileSync(newer.keyFile, tenant.keyFile);
  aheadMs = 2_100;
  const subjects = [];
  for (const name of names) subjects.push(shownName(await shakeHands(t, caOf(authority), port, { servername: name })));
  t.same(subjects, ['cn-of-platform', 'cn-of-newer']);
  t.equal(engine.stats.dialogs, 1);
  caller.write(requestText('BYE', { ...call, To: to, Via: via('bye'), CSeq: '2 BYE' }));
  t.match(await answered(caller, '200'), /CSeq: 2 BYE/);
  await ended.promise;
  t.equal(engine.stats.dialogs, 0);
});

t.test('what a peer has proved by mutual TLS is read from its request, and by its flow', async (t) => {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const platform = authority.issue('platform', 'DNS:sip.platform.example');
  const sbc = authority.issue('sbc', 'DNS:SBC.acme.example');
  const { engine } = await startEngine(t, {
    listen: [{ transport: 'tls', host: '127.0.0.1', port: 0 }],
    tls: { ...platform, caFile: authority.caFile, clientCertificates: 'request' },
  });
  const proved: unknown[] = [];
  engine.onRequest('OPTIONS', ({ peerCertificate, flowId }) => {
    proved.push(peerCertificate?.subject);
    t.equal(engine.peerCertificate(flowId), peerCertificate);
    return { status: 200, lines: [] };
  });
  const port = engine.listenPoints[0]?.port ?? 0;
  const own = { cert: readFileSync(sbc.certFile), key: readFileSync(sbc.keyFile) };
  for (const certificate of [own, {}]) {
    const socket = await shakeHands(t, caOf(authority), port, certificate);
    socket.write(requestText('OPTIONS', { Via: 'SIP/2.0/TLS 192.0.2.1;rport;branch=z9hG4bKmutual' }));
    await answered(socket, '200');
  }
  t.same(proved, ['CN=cn-of-sbc', undefined]);
  t.equal(engine.peerCertificate('tls/999'), undefined);
});
