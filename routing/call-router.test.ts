import { once } from 'node:events';
import t, { type Test } from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfRequest, SrfResponse } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import {
  answerCalls,
  bye,
  call,
  destroyed,
  ha1Of,
  refused,
  SDP,
  type Stage,
  silentPort,
  startStage,
  type Ua,
  until,
} from './test-stage.ts';

const trunk = trunkRecord({ id: 1, username: 'acme', ha1: ha1Of('acme', 'sip.didfarm.com', 'secret'), maxIn: 2 });
const did = didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } });
const gateway = (ua: Ua, priority = 1) =>
  ({ host: ua.host, port: ua.port, transport: 'udp', priority, weight: 1 }) as const;

const fields = (carrier: Ua): DeltaFields => ({
  accounts: [accountRecord({ id: 1 })],
  trunks: [trunk],
  dids: [did],
  carriers: [carrierRecord({ id: 1, name: 'loopback', sources: ['127.0.0.2'], gateways: [gateway(carrier)] })],
});

const start = (t: Test, more: (carrier: Ua) => DeltaFields = fields, config = {}) =>
  startStage(t, engineOn, more, config);

function assertClean(t: Test, stage: Stage): void {
  t.equal(stage.router.activeCalls, 0, 'no live call');
  t.same(stage.router.leases(), [], 'no lease');
  t.same(stage.faults, [], 'no fault');
  t.equal(stage.clock.pending, 1, 'only the sweep of leases is left');
}

/** What reaches that endpoint next, unanswered. */
function nextInvite(ua: Ua): Promise<{ readonly req: SrfRequest; readonly res: SrfResponse }> {
  return new Promise((resolve) => ua.onInvite((req, res) => resolve({ req, res })));
}

/** A call that is up: caller's and callee's ends at the two endpoints. */
async function talk(stage: Stage) {
  stage.bindPbx(trunk);
  const answered = answerCalls(stage.pbx);
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  const [a, { req, dialog: b }] = await Promise.all([placed.dialog, answered]);
  return { a, b, req };
}

t.test('a call for a DID rings the registered PBX and either side can hang up', async (t) => {
  for (const who of ['caller', 'callee'] as const) {
    const stage = await start(t);
    const { a, b, req } = await talk(stage);
    t.equal(req.uri, `sip:acme@127.0.0.3:${stage.pbx.port};rinstance=a1`);
    t.match(req.get('to'), '<sip:+31201234567@sip.didfarm.com>');
    t.equal(req.get('p-called-party-id'), '<sip:+31201234567@sip.didfarm.com>');
    t.match(req.get('from'), '"Al" <sip:+4930111222@sip.didfarm.com>');
    t.equal(req.get('max-forwards'), '69');
    t.equal(req.body, SDP('caller'));
    t.equal(a.remote.sdp, SDP('callee'));
    t.notMatch(req.raw, '127.0.0.2', 'nothing of the carrier is told to the PBX');
    t.notMatch(a.res.raw, '127.0.0.3', 'nor of the PBX to the carrier');
    t.equal(stage.router.activeCalls, 1);
    t.equal(stage.admission.used('trunk', 1, 'in'), 1);
    const [near, far] = who === 'caller' ? [a, b] : [b, a];
    const gone = destroyed(far);
    stage.clock.advance(5000);
    bye(near);
    await gone;
    const record = await stage.ended();
    t.match(record, { result: 'ok', reason: 'answered', hungUpBy: who, didId: 1, trunkId: 1, carrierId: 1 });
    t.equal((record.endedAtMs ?? 0) - (record.answeredAtMs ?? 0), 5000);
    t.same(
      stage.records.map((r) => [r.answeredAtMs !== null, r.endedAtMs !== null]),
      [
        [false, false],
        [true, false],
        [true, true],
      ],
    );
    t.same(stage.counted, ['in ok answered']);
    assertClean(t, stage);
  }
});

t.test('ringing and early media reach the caller, and a CANCEL reaches the PBX', async (t) => {
  const stage = await start(t);
  stage.bindPbx(trunk);
  const invited = nextInvite(stage.pbx);
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  const { req, res } = await invited;
  const cancelled = once(req as unknown as NodeJS.EventEmitter, 'cancel');
  res.send(180, undefined, {});
  res.send(183, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('early') });
  await t.resolves(until(() => placed.provisional.length === 2));
  t.match(placed.provisional, [{ status: 180 }, { status: 183, body: SDP('early') }]);
  (await placed.sent).cancel({ headers: { Reason: 'SIP;cause=487' } }, () => undefined);
  await cancelled;
  t.match(await refused(placed), { status: 487 });
  t.match(await stage.ended(), { result: 'ok', reason: 'cancelled', status: 487, hungUpBy: 'caller' });
  t.same(stage.counted, ['in ok cancelled']);
  assertClean(t, stage);
});

t.test('the answer of the PBX is the answer, and nothing of ours is added', async (t) => {
  for (const [status, reason] of [
    [486, 'busy'],
    [603, 'declined'],
    [404, 'not_found'],
    [480, 'no_answer'],
    [488, 'pbx_failed'],
  ] as const) {
    const stage = await start(t);
    stage.bindPbx(trunk, { contact: 'sip:other@127.0.0.3:1' });
    stage.bindPbx(trunk);
    stage.pbx.onInvite((_req, res) => res.send(status, undefined, { headers: { Reason: 'Q.850;cause=17' } }));
    const { res, status: got } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
    t.equal(got, status);
    t.equal(res.get('warning'), undefined);
    t.equal(res.get('reason'), 'Q.850;cause=17');
    t.match(await stage.ended(), { reason, status, attempts: [{ status }] });
    assertClean(t, stage);
  }
});

t.test('a challenge or a redirection of the PBX does not reach the caller', async (t) => {
  for (const status of [401, 407, 302]) {
    const stage = await start(t);
    stage.bindPbx(trunk);
    stage.pbx.onInvite((_req, res) => res.send(status, undefined, { headers: { Contact: '<sip:x@127.0.0.3>' } }));
    const { res, status: got } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
    t.equal(got, 502);
    t.match(res.get('warning'), '399 sip.didfarm.com "pbx_failed"');
    t.match(await stage.ended(), { result: 'upstream_error', reason: 'pbx_failed' });
  }
});

t.test('the next binding is tried on 503, 430, a closed port and silence, newest first', async (t) => {
  for (const first of [503, 430, 'closed', 'silent'] as const) {
    const stage = await start(t);
    stage.bindPbx(trunk);
    const contact = `sip:newer@127.0.0.3:${stage.pbx.port}`;
    const sourcePort = first === 'silent' ? await silentPort(t, '127.0.0.3') : first === 'closed' ? 9 : stage.pbx.port;
    stage.bindPbx(trunk, { contact, sourcePort });
    const seen: string[] = [];
    stage.pbx.onInvite((req, res) => {
      seen.push(req.uri.slice(0, 9));
      if (req.uri === contact && typeof first === 'number') res.send(first, undefined, {});
      else stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).catch(t.fail);
    });
    const a = await call(stage.carrier, stage.ours, '+31201234567').dialog;
    t.same(seen, typeof first === 'number' ? ['sip:newer', 'sip:acme@'] : ['sip:acme@'], String(first));
    bye(a);
    t.match(await stage.ended(), { reason: 'answered', attempts: [{ target: contact }, { status: 200 }] });
    assertClean(t, stage);
  }
});

t.test('after a 180 no other binding is tried', async (t) => {
  const stage = await start(t);
  stage.bindPbx(trunk, { contact: 'sip:older@127.0.0.3:1' });
  stage.bindPbx(trunk);
  stage.pbx.onInvite((_req, res) => {
    res.send(180, undefined, {});
    res.send(503, undefined, {});
  });
  t.match(await refused(call(stage.carrier, stage.ours, '+31201234567')), { status: 503 });
  t.match(await stage.ended(), { reason: 'pbx_failed', attempts: { length: 1 } });
});

t.test('a PBX that cannot be reached at all is pbx_unreachable', async (t) => {
  const stage = await start(t);
  stage.bindPbx(trunk, { sourcePort: 9 });
  const { status, res } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
  t.equal(status, 480);
  t.match(res.get('warning'), '399 sip.didfarm.com "pbx_unreachable"');
  t.match(await stage.ended(), { result: 'upstream_error', reason: 'pbx_unreachable' });
  assertClean(t, stage);
});

t.test('nobody answering in time is no_answer, and the PBX stops ringing', async (t) => {
  const stage = await start(t, fields, { ringTimeoutSec: 30 });
  stage.bindPbx(trunk);
  const invited = nextInvite(stage.pbx);
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  const { req, res } = await invited;
  const cancelled = once(req as unknown as NodeJS.EventEmitter, 'cancel');
  res.send(180, undefined, {});
  await until(() => placed.provisional.length === 1);
  stage.clock.advance(29_000);
  t.equal(stage.router.activeCalls, 1);
  stage.clock.advance(1000);
  await cancelled;
  t.match(await refused(placed), { status: 480 });
  t.match(await stage.ended(), { result: 'ok', reason: 'no_answer', status: 480 });
  assertClean(t, stage);
});

t.test('at the ceiling the call gets 486 with Q.850 cause 17 and a Warning', async (t) => {
  const stage = await start(t, (carrier) => ({ ...fields(carrier), trunks: [{ ...trunk, maxIn: 1 }] }));
  const { a } = await talk(stage);
  const { status, res } = await refused(call(stage.carrier, stage.ours, '+31201234567'));
  t.equal(status, 486);
  t.match(res.get('reason'), /^Q.850;cause=17/);
  t.equal(res.get('warning'), '399 sip.didfarm.com "cac_trunk_in"');
  t.match(stage.records.at(-1), { result: 'client_error', reason: 'cac_trunk_in', trunkId: 1 });
  t.equal(stage.router.leases().length, stage.router.activeCalls);
  const gone = until(() => stage.router.activeCalls === 0);
  bye(a);
  await gone;
  assertClean(t, stage);
});

t.test('a call for a trunk that is offline is shown as that trunk and its account', async (t) => {
  const stage = await start(t);
  t.match(await refused(call(stage.carrier, stage.ours, '+31201234567')), { status: 480 });
  t.match(await stage.ended(), { reason: 'trunk_offline', trunkId: trunk.id, accountId: trunk.accountId });
});

t.test('an unknown DID and an unknown source are refused with their reasons', async (t) => {
  const stage = await start(t);
  const unknown = await refused(call(stage.carrier, stage.ours, '+31209999999'));
  t.equal(unknown.status, 404);
  t.equal(unknown.res.get('warning'), '399 sip.didfarm.com "unknown_did"');
  const stranger = await refused(call(stage.pbx, stage.ours, '+31201234567'));
  t.equal(stranger.status, 403);
  t.equal(stranger.res.get('warning'), '399 sip.didfarm.com "source_unknown"');
  t.same(stage.counted, ['in client_error unknown_did', 'in client_error source_unknown']);
  t.match(stage.records, { length: 1 }, 'a stranger leaves no call record');
});
