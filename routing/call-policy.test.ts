import { once } from 'node:events';
import t, { type Test } from 'tap';
import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
} from '../sip-engine/index.ts';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfDialog, SrfRequest, SrfResponse } from './srf-adapter.ts';
import { call, refused, SDP, type Stage, startStage, until } from './test-stage.ts';

const ports = {
  clock: createSystemClock(),
  counters: createNullCounters(),
  logger: createNullLogger(),
  random: createSystemRandom(),
};
const engineOn = (host: string) =>
  createEngine({ listen: [{ transport: 'udp', host, port: 0 }], timers: { t1Ms: 50 }, orphan: 'bye' }, ports);

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
const bye = (dialog: SrfDialog) => dialog.destroy({ headers: {} }, () => undefined);

function assertClean(t: Test, stage: Stage): void {
  t.equal(stage.router.activeCalls, 0);
  t.same(stage.router.leases(), []);
  t.same(stage.faults, []);
}

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
