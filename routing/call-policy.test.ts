import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { createFakeClock } from '../sip-engine/index.ts';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfDialog, SrfRequest, SrfResponse } from './srf-adapter.ts';
import { engineOn, oursWith } from './test-engine.ts';
import { assertClean, bye, call, crossed, refused, SDP, silentPort, startStage, turns, until } from './test-stage.ts';

const trunk = trunkRecord({ id: 1, username: 'acme' });
const fork = { ...trunk, contactPolicy: 'fork' as const };
const fields =
  (rings = trunk) =>
  (): DeltaFields => ({
    accounts: [accountRecord({ id: 1 })],
    trunks: [rings],
    dids: [didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } })],
    carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })],
  });

const start = (t: Test, options = {}, rings = trunk) => startStage(t, engineOn, fields(rings), {}, options);

t.test('a trunk that forks rings every phone; the first to answer wins and the others stop', async (t) => {
  const stage = await start(t, {}, fork);
  for (const user of ['one', 'two', 'three']) {
    stage.bindPbx(fork, { contact: `sip:${user}@127.0.0.3:${stage.pbx.port}` });
  }
  const ringing = new Map<string, { readonly req: SrfRequest; readonly res: SrfResponse }>();
  stage.pbx.onInvite((req, res) => {
    res.send(180, undefined, {});
    ringing.set(req.uri.slice(4, 7), { req, res });
  });
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  await until(() => ringing.size === 3);
  const [one, two, three] = ['one', 'two', 'thr'].map((user) => ringing.get(user));
  if (one === undefined || two === undefined || three === undefined) throw new Error('not all ring');
  three.res.send(486, undefined, {});
  const cancelled = once(one.req as unknown as NodeJS.EventEmitter, 'cancel');
  stage.pbx.srf.createUAS(two.req, two.res, { localSdp: SDP('two'), headers: {} }).catch(t.fail);
  const a = await placed.dialog;
  t.equal(a.remote.sdp, SDP('two'));
  await cancelled;
  bye(a);
  t.match(await stage.ended(), { reason: 'answered' });
  assertClean(t, stage);
});

t.test('when every forked phone refuses, the answer that says most is the answer', async (t) => {
  const stage = await start(t, {}, fork);
  for (const user of ['one', 'two']) stage.bindPbx(fork, { contact: `sip:${user}@127.0.0.3:${stage.pbx.port}` });
  stage.pbx.onInvite((req, res) => res.send(req.uri.startsWith('sip:one') ? 486 : 500, undefined, {}));
  t.match(await refused(call(stage.carrier, stage.ours, '+31201234567')), { status: 486 });
  t.match(await stage.ended(), { reason: 'busy', attempts: { length: 2 } });
  assertClean(t, stage);
});

t.test('private media on both sides is named in the trace, or refused with 488 where the policy says so', async (t) => {
  for (const privateMedia of ['warn', 'refuse'] as const) {
    const stage = await start(t, { privateMedia });
    stage.bindPbx(trunk);
    stage.pbx.onInvite((req, res) => {
      stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee', '192.168.7.2'), headers: {} }).catch(t.fail);
    });
    const placed = call(stage.carrier, stage.ours, '+31201234567', { localSdp: SDP('caller', '10.0.0.1') });
    if (privateMedia === 'warn') {
      bye(await placed.dialog);
      t.match(await stage.ended(), { reason: 'answered' });
    } else {
      t.match(await refused(placed), { status: 488 });
      t.match(await stage.ended(), { reason: 'media_unreachable' });
    }
    t.match(stage.records.at(-1)?.trace.at(-1), { saw: 'media at 10.0.0.1 and 192.168.7.2' });
    assertClean(t, stage);
  }
});

t.test('while the directory loads or the server is overloaded calls get 503 with Retry-After', async (t) => {
  for (const readiness of ['loading', 'overload'] as const) {
    const stage = await start(t, { readiness: () => readiness });
    const { status, res } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
    t.equal(status, 503);
    t.ok(res.get('retry-after'));
    t.equal(res.get('warning'), `399 sip.didfarm.com "${readiness}"`);
  }
});

t.test('a caller that stops refreshing its session is hung up on both sides, and its place is free', async (t) => {
  const clock = createFakeClock();
  const engines = oursWith({ clock });
  const stage = await startStage(t, engines, fields());
  stage.bindPbx(trunk);
  const answered = new Promise<SrfDialog>((resolve, reject) => {
    stage.pbx.onInvite((req, res) => {
      stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).then(resolve, reject);
    });
  });
  const headers = { 'Session-Expires': '90;refresher=uac', Supported: 'timer' };
  const [a, b] = await Promise.all([call(stage.carrier, stage.ours, '+31201234567', { headers }).dialog, answered]);
  t.equal(a.res.get('session-expires'), '90;refresher=uac');
  await until(() => stage.records.length === 2);
  // A call without its ACK ends sooner, for another cause.
  await crossed(a, b);
  clock.advance(85_000);
  await turns();
  t.equal(stage.router.activeCalls, 1, 'not before its time');
  const gone = Promise.all([a, b].map((dialog) => once(dialog as unknown as NodeJS.EventEmitter, 'destroy')));
  clock.advance(6000);
  await gone;
  t.match(await stage.ended(), { result: 'upstream_error', reason: 'session_expired', hungUpBy: 'server' });
  assertClean(t, stage);
});

t.test('a status that has no name reaches the caller, through srf as the general one of its class', async (t) => {
  const isSrf = process.env.ROUTING_BINDING === 'srf';
  for (const [status, passed, reason] of [
    ['607 Unwanted', 603, 'declined'],
    ['499 Odd', 400, 'pbx_failed'],
  ] as const) {
    const stage = await start(t);
    stage.bindPbx(trunk, { sourcePort: await rawCallee(t, '127.0.0.3', status) });
    t.match(await refused(call(stage.carrier, stage.ours, '+31201234567')), {
      status: isSrf ? passed : Number(status.slice(0, 3)),
    });
    t.match(await stage.ended(), { reason, status: Number(status.slice(0, 3)) });
    assertClean(t, stage);
  }
});

/** A callee without any library, that answers each INVITE with that status line. */
async function rawCallee(
  t: Test,
  host: string,
  statusLine: string,
  onInvite: () => void = () => undefined,
): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  t.teardown(() => socket.close());
  socket.on('message', (bytes, from) => {
    const lines = bytes.toString().split('\r\n');
    if (!lines[0]?.startsWith('INVITE')) return;
    onInvite();
    const copied = lines.filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
    const to = lines.find((line) => /^To:/i.test(line));
    const answer = [`SIP/2.0 ${statusLine}`, ...copied, `${to};tag=raw`, 'Content-Length: 0', '', ''];
    socket.send(answer.join('\r\n'), from.port, from.address);
  });
  return socket.address().port;
}

t.test('a binding that sends nothing at all for 4 s is passed over, one that said 100 is waited for', async (t) => {
  const clock = createFakeClock();
  const seen = { messages_in: 0, retransmissions_in: 0 };
  const counters = {
    count: (name: string) => {
      if (name === 'messages_in' || name === 'retransmissions_in') seen[name] += 1;
    },
  };
  const engines = oursWith({ clock, counters });
  for (const first of ['silent', '100 only'] as const) {
    const stage = await startStage(t, engines, fields());
    stage.bindPbx(trunk);
    let isInvited = false;
    const onInvite = () => {
      isInvited = true;
    };
    const sourcePort =
      first === 'silent'
        ? await silentPort(t, '127.0.0.3', onInvite)
        : await rawCallee(t, '127.0.0.3', '100 Trying', onInvite);
    stage.bindPbx(trunk, { contact: 'sip:first@127.0.0.3:9', sourcePort });
    let rings = 0;
    stage.pbx.onInvite((_req, res) => {
      rings += 1;
      res.send(486, undefined, {});
    });
    Object.assign(seen, { messages_in: 0, retransmissions_in: 0 });
    const placed = call(stage.carrier, stage.ours, '+31201234567');
    await until(() => stage.router.activeCalls === 1);
    await until(() => isInvited);
    // The caller's INVITE, which a slow machine has it repeat, and the 100 where it comes.
    await until(() => seen.messages_in - seen.retransmissions_in === (first === 'silent' ? 1 : 2));
    clock.advance(3900);
    t.equal(rings, 0);
    clock.advance(200);
    if (first === 'silent') {
      t.match(await refused(placed), { status: 486 });
      t.match(await stage.ended(), { reason: 'busy', attempts: [{ status: 408 }, { status: 486 }] });
      t.equal(rings, 1);
    } else {
      stage.router.endAll('server_restart');
      t.match(await refused(placed), { status: 503 });
      t.match(await stage.ended(), { reason: 'server_restart', attempts: [] });
      t.equal(rings, 0);
    }
  }
});

t.test('F-116: a PBX that rings for too long is called back, and the disaster destination rings', async (t) => {
  const stage = await startStage(t, engineOn, (carrier) => {
    const to = { kind: 'uri', uri: `sip:help@127.0.0.2:${carrier.port}` } as const;
    const routing = { disaster: { to, afterSec: 20, callerId: '+31200' } };
    const destination = { kind: 'trunk', trunkId: 1 } as const;
    return { ...fields()(), dids: [didRecord({ id: 1, number: '+31201234567', destination, routing })] };
  });
  stage.bindPbx(trunk);
  const cancelled = new Promise((resolve) => {
    stage.pbx.onInvite((req, res) => {
      req.on('cancel', resolve);
      res.send(180, undefined, {});
    });
  });
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  await until(() => placed.provisional.length === 1);
  const shown = new Promise((resolve) => {
    stage.carrier.onInvite((req, res) => {
      resolve(req.get('from'));
      stage.carrier.srf.createUAS(req, res, { localSdp: SDP('help'), headers: {} }).catch(t.fail);
    });
  });
  stage.clock.advance(20_000);
  await cancelled;
  t.match(await shown, '+31200@');
  const a = await placed.dialog;
  t.equal(a.remote.sdp, SDP('help'));
  const ended = stage.ended();
  a.destroy({ headers: {} }, () => undefined);
  t.match(await ended, { reason: 'answered', attempts: [{ status: 487 }, { status: 200 }] });
  t.same(stage.router.leases(), []);
});
