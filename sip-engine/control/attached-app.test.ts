import type { Server } from 'node:net';
import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import { parseUri } from '../message/index.ts';
import { settled } from './call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from './call-text.ts';

interface Res {
  send(status: number): void;
}

interface SrfDialog {
  on(event: string, listener: (req: object, res: Res) => void): void;
  destroy(): Promise<unknown>;
  request(options: { readonly method: string }): Promise<unknown>;
}

/** What these tests use of drachtio-srf; its own types lack the verbs and `server`. */
interface TestSrf {
  readonly idle: boolean;
  listen(options: { readonly server: Server; readonly secret: string }): unknown;
  on(event: string, listener: (error: Error | null) => void): void;
  once(event: string, listener: () => void): void;
  invite(handler: (req: object, res: Res) => void): void;
  message(handler: (req: { readonly sessionToken: string }, res: Res) => void): void;
  request(uri: string, options: object): Promise<unknown>;
  createB2BUA(req: object, res: object, uri: string, options: object): Promise<{ uas: SrfDialog; uac: SrfDialog }>;
}

/** An application in the engine's own process: no port is opened. */
async function attached(t: Test, methods: readonly string[]) {
  // At the usual T1 nothing is repeated that a slow machine delays.
  const running = await startEngine(t);
  const srf = new Srf() as unknown as TestSrf;
  srf.on('error', () => undefined);
  const connected = new Promise((resolve) => srf.on('connect', (error: Error | null) => resolve(error)));
  srf.listen({ server: running.engine.attachApp({ secret: 's', methods }), secret: 's' });
  t.equal(await connected, null);
  return { ...running, srf };
}

t.test('an attached app answers a request, sees the flow it came on and can send to exactly that flow', async (t) => {
  const { srf, udpPort, engine } = await attached(t, ['message', 'options']);
  srf.message((req, res) => {
    res.send(202);
    void srf.request('sip:anybody@192.0.2.200', {
      method: 'OPTIONS',
      proxy: `sip:192.0.2.200;flow=${encodeURIComponent(req.sessionToken)}`,
    });
  });
  const peer = await udpPeer(t, udpPort);
  peer.send(inviteText('fl', 1, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 202);
  const sent = await peer.next();
  t.equal(sent.method, 'OPTIONS');
  t.equal(sent.uri, 'sip:anybody@192.0.2.200');
  peer.send(responseTo(sent, 200));
  t.equal(engine.stats.apps, 1);
});

t.test(
  'createB2BUA: the call rings, is answered, renegotiated from both sides, and either side hangs up',
  async (t) => {
    const { srf, udpPort, engine } = await attached(t, ['invite']);
    const caller = await udpPeer(t, udpPort);
    const callee = await udpPeer(t, udpPort);
    srf.invite((req, res) => {
      void srf.createB2BUA(req, res, `sip:bob@127.0.0.1:${callee.port}`, { localSdpB: SDP }).then(bridge);
    });
    caller.send(inviteText('b2b', caller.port));
    t.equal((await caller.next()).status, 100);
    const leg = await callee.next();
    t.equal(leg.method, 'INVITE');
    t.equal(parseUri(leg.headerValues('contact')[0]?.replace(/[<>]/g, '') ?? '').port, udpPort);
    callee.send(responseTo(leg, 180, { tag: 'b1' }));
    t.equal((await caller.next()).status, 180);
    callee.send(responseTo(leg, 200, { tag: 'b1', contact: `<sip:bob@127.0.0.1:${callee.port}>`, body: SDP }));
    const ack = await callee.next();
    t.equal(ack.method, 'ACK');
    const answer = await caller.next();
    t.match(answer, { status: 200 });
    t.equal(answer.body.toString(), SDP);
    caller.send(requestIn(answer, 'ACK', 1));
    caller.send(requestIn(answer, 'INFO', 2));
    const info = await callee.next();
    t.equal(info.method, 'INFO');
    callee.send(responseTo(info, 200));
    t.equal((await caller.next()).status, 200);
    caller.send(requestIn(answer, 'BYE', 3));
    t.equal((await caller.next()).status, 200);
    const bye = await callee.next();
    t.equal(bye.method, 'BYE');
    t.equal(bye.cseq, ack.cseq + 2);
    callee.send(responseTo(bye, 200));
    await settled(callee);
    t.equal(engine.stats.dialogs, 0);
    t.ok(srf.idle);
  },
);

t.test('a caller that gives up is told 487, and the called leg gets a CANCEL', async (t) => {
  const { srf, udpPort, engine } = await attached(t, ['invite']);
  const caller = await udpPeer(t, udpPort);
  const callee = await udpPeer(t, udpPort);
  srf.invite((req, res) => {
    void srf.createB2BUA(req, res, `sip:bob@127.0.0.1:${callee.port}`, {}).catch(() => undefined);
  });
  const invite = inviteText('cx', caller.port);
  caller.send(invite);
  t.equal((await caller.next()).status, 100);
  const leg = await callee.next();
  callee.send(responseTo(leg, 180, { tag: 'b1' }));
  t.equal((await caller.next()).status, 180);
  caller.send(
    `${
      invite
        .replace(/^INVITE/, 'CANCEL')
        .replace('1 INVITE', '1 CANCEL')
        .split('\r\nContent-Type')[0]
    }\r\nContent-Length: 0\r\n\r\n`,
  );
  t.match(await caller.next(), { status: 200, cseqMethod: 'CANCEL' });
  t.match(await caller.next(), { status: 487, cseqMethod: 'INVITE' });
  const cancel = await callee.next();
  t.equal(cancel.method, 'CANCEL');
  t.equal(cancel.topVia.branch, leg.topVia.branch);
  callee.send(responseTo(cancel, 200));
  callee.send(responseTo(leg, 487, { tag: 'b1' }));
  t.equal((await callee.next()).method, 'ACK');
  t.equal(engine.stats.dialogs, 0);
});

t.test('an app whose connection was ended gets another at once', async (t) => {
  const { srf, udpPort } = await attached(t, ['options', 'message']);
  const peer = await udpPeer(t, udpPort);
  const again = new Promise<void>((resolve) => srf.once('connect', () => resolve()));
  // No handler: drachtio-srf answers 404 and ends the connection.
  peer.send(inviteText('nf', 1, { method: 'OPTIONS' }));
  t.equal((await peer.next()).status, 404);
  await again;
  srf.message((_req, res) => res.send(200));
  peer.send(inviteText('nf2', 1, { method: 'MESSAGE' }));
  t.equal((await peer.next()).status, 200);
});

function bridge({ uas, uac }: { uas: SrfDialog; uac: SrfDialog }): void {
  for (const [one, other] of [
    [uas, uac],
    [uac, uas],
  ] as const) {
    one.on('destroy', () => void other.destroy().catch(() => undefined));
    one.on('info', (_req, res) => {
      void other.request({ method: 'INFO' }).then(() => res.send(200));
    });
  }
}
