import { once } from 'node:events';
import t, { type Test } from 'tap';
import type { DialogRequestOptions, ReceivedResponse, SrfDialog, SrfMessage, SrfRequest } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import { fields, trunk } from './test-one-trunk.ts';
import { assertClean, bye, call, destroyed, refused, SDP, type Stage, startStage, until } from './test-stage.ts';

const start = (t: Test, config = {}, options = {}) => startStage(t, engineOn, fields, config, options);

/** A call that is up: caller's end `a`, callee's end `b`. */
async function talk(stage: Stage, more: Record<string, unknown> = {}) {
  stage.bindPbx(trunk);
  const answered = new Promise<SrfDialog>((resolve, reject) => {
    stage.pbx.onInvite((req, res) => {
      stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).then(resolve, reject);
    });
  });
  const placed = call(stage.carrier, stage.ours, '+31201234567', more);
  const [a, b] = await Promise.all([placed.dialog, answered]);
  await until(() => stage.records.length === 2);
  return { a, b };
}

function ask(dialog: SrfDialog, options: Omit<DialogRequestOptions, 'headers'> & { headers?: Record<string, string> }) {
  return new Promise<{ readonly res: ReceivedResponse; readonly ack: ((o: { body?: string }) => void) | undefined }>(
    (resolve, reject) => {
      dialog.request({ headers: {}, ...options }, (error, res, ack) => {
        if (res === undefined) reject(error);
        else if (res.status >= 200) resolve({ res, ack });
      });
    },
  );
}

function ackWithBody(dialog: SrfDialog): Promise<SrfMessage> {
  return new Promise((resolve) => {
    const listen = () => dialog.once('ack', (ack) => (ack.body === '' ? listen() : resolve(ack)));
    listen();
  });
}

t.test('re-INVITE, INFO, UPDATE, MESSAGE and NOTIFY cross both ways with their bodies and answers', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    to.on('modify', (req, res) => {
      res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: `${req.body}a=answered\r\n` });
    });
    const hold = SDP('hold').replace('sendrecv', 'sendonly');
    t.match(await ask(from, { method: 'INVITE', body: hold }), { res: { status: 200, body: `${hold}a=answered\r\n` } });
    to.on('info', (req, res) => res.send(req.body === 'Signal=5' ? 200 : 400, undefined, {}));
    const dtmf = { method: 'INFO', body: 'Signal=5', headers: { 'Content-Type': 'application/dtmf-relay' } };
    t.match(await ask(from, dtmf), { res: { status: 200 } });
    to.on('update', (_req, res) => {
      res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('updated') });
    });
    t.match(await ask(from, { method: 'UPDATE', body: hold }), { res: { status: 200, body: SDP('updated') } });
    to.on('message', (req, res) => res.send(req.body === 'hello' ? 202 : 400, undefined, {}));
    const text = { method: 'MESSAGE', body: 'hello', headers: { 'Content-Type': 'text/plain' } };
    t.match(await ask(from, text), { res: { status: 202 } });
    to.on('notify', (req, res) => res.send(req.get('event') === 'talk' ? 200 : 400, undefined, {}));
    const headers = { Event: 'talk', 'Subscription-State': 'active' };
    t.match(await ask(from, { method: 'NOTIFY', headers }), { res: { status: 200 } });
  }
  bye(a);
  await destroyed(b);
  await stage.ended();
  assertClean(t, stage);
});

t.test('a refused re-INVITE is refused as it was, and the next one goes through', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  let status = 488;
  b.on('modify', (_req, res) => {
    if (status === 488) res.send(488, undefined, {});
    else res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('second') });
  });
  t.match(await ask(a, { method: 'INVITE', body: SDP('x') }), { res: { status: 488 } });
  status = 200;
  t.match(await ask(a, { method: 'INVITE', body: SDP('y') }), { res: { status: 200, body: SDP('second') } });
  bye(b);
  await destroyed(a);
});

t.test('a re-INVITE without an offer brings the offer of the other side, and the ACK carries the answer', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  b.on('modify', (req, res) => {
    t.equal(req.body, '');
    res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('offer') });
  });
  const acked = ackWithBody(b);
  const { res, ack } = await ask(a, { method: 'INVITE', noAck: true });
  t.match(res, { status: 200, body: SDP('offer') });
  ack?.({ body: SDP('answer') });
  t.equal((await acked).body, SDP('answer'));
  bye(a);
  await destroyed(b);
});

t.test(
  'an INVITE without an offer is answered with the offer of the PBX, and the ACK carries the answer',
  async (t) => {
    const stage = await start(t);
    stage.bindPbx(trunk);
    const answered = new Promise<SrfDialog>((resolve, reject) => {
      stage.pbx.onInvite((req, res) => {
        t.equal(req.body, '');
        stage.pbx.srf.createUAS(req, res, { localSdp: SDP('offer'), headers: {} }).then(resolve, reject);
      });
    });
    const placed = call(stage.carrier, stage.ours, '+31201234567', { localSdp: undefined, noAck: true });
    const unacked = (await placed.dialog) as unknown as { sdp: string; ack(sdp: string): Promise<SrfDialog> };
    t.equal(unacked.sdp, SDP('offer'));
    const b = await answered;
    const acked = new Promise<SrfMessage>((resolve) => b.once('ack', resolve));
    const a = await unacked.ack(SDP('answer'));
    t.equal((await acked).body, SDP('answer'));
    t.equal(stage.router.activeCalls, 1);
    bye(b);
    await destroyed(a);
    t.match(await stage.ended(), { reason: 'answered', hungUpBy: 'callee' });
    assertClean(t, stage);
  },
);

t.test('REFER is declined, unless the policy passes it on', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  let seen = 0;
  b.on('refer', (_req, res) => {
    seen += 1;
    res.send(202, undefined, {});
  });
  const headers = { 'Refer-To': '<sip:+33@x>' };
  t.match(await ask(a, { method: 'REFER', headers }), { res: { status: 603 } });
  t.equal(seen, 0);
  bye(a);
  await destroyed(b);
});

t.test('with the policy to pass REFER the other side decides', async (t) => {
  const stage = await start(t, {}, { referPolicy: 'pass' });
  const { a, b } = await talk(stage);
  b.on('refer', (req, res) => res.send(req.get('refer-to') === '<sip:+33@x>' ? 202 : 400, undefined, {}));
  t.match(await ask(a, { method: 'REFER', headers: { 'Refer-To': '<sip:+33@x>' } }), { res: { status: 202 } });
  bye(a);
  await destroyed(b);
});

t.test('a call ends at its longest duration on both sides', async (t) => {
  const stage = await start(t, { maxDurationSec: 100 });
  const { a, b } = await talk(stage);
  stage.clock.advance(99_000);
  t.equal(stage.router.activeCalls, 1);
  t.same(stage.router.leasesByClass(), { in: 1, out: 0, dialer: 0 });
  t.same(stage.router.activeByDirection(), { in: 1, out: 0, internal: 0 });
  const gone = Promise.all([destroyed(a), destroyed(b)]);
  stage.clock.advance(1000);
  await gone;
  t.match(await stage.ended(), { result: 'ok', reason: 'max_duration', hungUpBy: 'server' });
  assertClean(t, stage);
});

t.test('endAll sends BYE to both sides, and ends a call that still rings with 503', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  const ringing = new Promise<SrfRequest>((resolve) =>
    stage.pbx.onInvite((req, res) => {
      res.send(180, undefined, {});
      resolve(req);
    }),
  );
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  const invited = await ringing;
  await until(() => placed.provisional.length === 1);
  const gone = Promise.all([destroyed(a), destroyed(b), once(invited as unknown as NodeJS.EventEmitter, 'cancel')]);
  stage.router.endAll('server_restart');
  await gone;
  t.match(await refused(placed), { status: 503 });
  t.same(
    stage.records.filter((record) => record.endedAtMs !== null).map((record) => record.reason),
    ['server_restart', 'server_restart'],
  );
  assertClean(t, stage);
});

t.test('while draining new calls get 503 and the live one goes on until it ends', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  let idle = false;
  const drained = stage.router.beginDrain().then(() => {
    idle = true;
  });
  const { status, res } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
  t.equal(status, 503);
  t.equal(res.get('warning'), '399 sip.didfarm.com "draining"');
  t.ok(res.get('retry-after'));
  t.equal(stage.router.activeCalls, 1);
  t.equal(idle, false);
  bye(a);
  await destroyed(b);
  await drained;
  assertClean(t, stage);
});

t.test('a call whose two ends vanish without BYE is ended when its lease runs out', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  stage.clock.advance(24 * 3_600_000);
  t.equal(stage.router.activeCalls, 0);
  await until(() => !a.connected && !b.connected);
  assertClean(t, stage);
});

t.test('from another address a re-INVITE is not believed, from the same address with another port it is', async (t) => {
  const stage = await start(t);
  const { a, b } = await talk(stage);
  let cseq = 200_000_000;
  const raw = (host: string) => sendReinvite(t, stage, a, host, ++cseq);
  b.on('modify', (_req, res) => {
    res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('moved') });
  });
  t.match(await raw('127.0.0.9'), /^SIP\/2.0 403 /);
  t.match(await raw('127.0.0.2'), /^SIP\/2.0 200 /);
  stage.router.endAll('server_restart');
});

/** A re-INVITE of the caller's dialog from a socket of its own; resolves with the final response. */
async function sendReinvite(t: Test, stage: Stage, a: SrfDialog, host: string, cseq: number): Promise<string> {
  const { createSocket } = await import('node:dgram');
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  const { port } = socket.address();
  const body = SDP('moved');
  const text = [
    `INVITE ${a.remote.uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${host}:${port};branch=z9hG4bK${host}${port};rport`,
    'Max-Forwards: 70',
    `From: <sip:x@${host}>;tag=${a.sip.localTag}`,
    `To: <sip:y@127.0.0.1>;tag=${a.sip.remoteTag}`,
    `Call-ID: ${a.sip.callId}`,
    `CSeq: ${cseq} INVITE`,
    `Contact: <sip:x@${host}:${port}>`,
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  socket.send(text, stage.ours.port, stage.ours.host);
  for (;;) {
    const [message] = (await once(socket, 'message')) as [Buffer];
    const response = message.toString();
    if (!response.startsWith('SIP/2.0 1')) return response;
  }
}
