import { randomBytes } from 'node:crypto';
import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import { loadConfig } from '../../config/index.ts';
import type { Reason } from '../../telemetry/index.ts';
import { applyTenants, type Directory, openStore, type Store } from '../../tenancy/index.ts';
import { example, rehearsed } from '../call-tests/test-tenants.ts';
import { createReplay } from '../index.ts';
import { recordedCall } from './recorded-call.ts';
import type { TimedState } from './registration-timeline.ts';

interface Test {
  teardown(work: () => Promise<void>): void;
}

const START = Date.UTC(2026, 10, 20, 12);
const { config } = loadConfig({ DIDFARM_TARGET_ALLOW: '127.0.0.0/8' });

async function memoryStore(t: Test): Promise<Store> {
  const store = await openStore({ file: ':memory:', secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com' });
  t.teardown(() => store.close());
  return store;
}

/** The example's tenants, and what a change of their file would make of them. */
async function worlds(t: Test, change: (yaml: string) => string) {
  const store = await memoryStore(t);
  const yaml = example('tenants.yaml');
  await applyTenants(store, yaml, 'tenants.yaml', { visible: null, actor: 'test', resolveSecret: () => undefined });
  const changed = change(yaml).replace('version: 1', 'version: 1\nprune: true');
  return rehearsed(store, changed);
}

interface Fields {
  readonly to: string;
  readonly from?: string;
  /** Name of the calling trunk; a carrier's call without. */
  readonly trunk?: string;
  readonly atSec?: number;
  readonly lastsSec?: number;
  readonly reason?: Reason;
  readonly tried?: boolean;
}

/** A record as the server would have written it. */
function record(directory: Directory, number: number, fields: Fields): CallRecord {
  const {
    to,
    from = '+4930111222',
    trunk,
    atSec = number * 60,
    lastsSec = 30,
    reason = 'answered',
    tried = true,
  } = fields;
  const calling = [...directory.trunks()].find(({ name }) => name === trunk);
  const startedAtMs = START + atSec * 1000;
  const leg = { callId: `c${number}`, remote: trunk === undefined ? '127.0.0.21:5060' : '10.0.0.9:5060', contact: '' };
  return {
    uuid: `call_${number}`,
    direction: trunk === undefined ? 'in' : 'out',
    accountId: calling?.accountId ?? directory.findDid(to)?.accountId ?? null,
    trunkId: calling?.id ?? null,
    didId: null,
    carrierId: trunk === undefined ? (directory.carriers()[0]?.id ?? null) : null,
    from,
    to,
    startedAtMs,
    answeredAtMs: reason === 'answered' ? startedAtMs : null,
    endedAtMs: startedAtMs + lastsSec * 1000,
    result: 'ok',
    reason,
    status: 200,
    sentence: '',
    aLeg: leg,
    bLeg: null,
    attempts: tried ? [{ target: 'x', status: 200, atMs: startedAtMs }] : [],
    hungUpBy: null,
    trace: [{ step: 'normalizeNumbers', saw: `${to} from ${from}`, decided: to }],
  };
}

interface Options {
  readonly registrations?: readonly TimedState[];
  readonly visible?: ReadonlySet<number>;
  readonly most?: number;
}

function replay(world: { current: Directory; candidate: Directory }, calls: readonly Fields[], options: Options = {}) {
  const { registrations = [], visible = null, most } = options;
  const run = createReplay({ ...world, config: config.calls, registrations, visible, ...(most && { most }) });
  for (const [number, fields] of calls.entries()) run.take(recordedCall(record(world.current, number, fields)));
  return run.report;
}

const lines = (report: ReturnType<typeof replay>) =>
  report.changes.map(({ call, before, after }) => `${call.uuid}: ${before} -> ${after}`);

t.test('a wrong candidate is caught, with exactly the calls that would end otherwise', async (t) => {
  const world = await worlds(t, (yaml) =>
    yaml
      .replace('"+31201110002", destination: { trunk: Restaurant }', '"+31201110002", destination: { trunk: Old wing }')
      .replace('      - { number: "+31201110009", destination: { extension: Room 201 } }\n', ''),
  );
  const report = replay(world, [
    { to: '+31201110001' },
    { to: '+31201110002' },
    { to: '+31201110009' },
    { to: '0612345678', from: '+31201110001', trunk: 'Restaurant' },
    { to: '+31201110002', reason: 'busy' },
    { to: '+31201110005', reason: 'did_rejects', tried: false },
    { to: '+31201110009', reason: 'cancelled', tried: false },
  ]);
  t.match(report, { replayed: 7, same: 3, different: 4, left_out: 0, recorded_otherwise: 0 });
  t.same(lines(report), [
    'call_1: trunk Restaurant, then trunk Night porter -> trunk Night porter',
    'call_2: trunk Room 201 -> 404 unknown_did',
    'call_4: trunk Restaurant, then trunk Night porter -> trunk Night porter',
    'call_6: trunk Room 201 -> 404 unknown_did',
  ]);
  t.match(report.changes[0]?.why, /^resolveTarget: disaster destination, trunk of the did is offline/);
  t.match(report.changes[1]?.why, /^resolveTarget: 404 unknown_did \(The call is for "\+31201110009"/);
  t.same(
    report.kinds.map(({ calls }) => calls),
    [2, 2],
  );
});

t.test('the same file changes no call', async (t) => {
  const world = await worlds(t, (yaml) => yaml);
  const report = replay(world, [{ to: '+31201110003' }, { to: '112', trunk: 'Restaurant' }]);
  t.match(report, { replayed: 2, same: 2, different: 0, changes: [], kinds: [] });
});

t.test('a lower ceiling refuses the calls that were up together, and only those', async (t) => {
  const world = await worlds(t, (yaml) => yaml.replace('username: desk, max_in: 2', 'username: desk, max_in: 1'));
  const report = replay(world, [
    { to: '+31201110001', atSec: 0, lastsSec: 60 },
    { to: '+31201110001', atSec: 59, lastsSec: 10 },
    { to: '+31201110001', atSec: 60, lastsSec: 60 },
    { to: '+31201110001', atSec: 120, lastsSec: 60 },
  ]);
  t.same(lines(report), ['call_1: trunk Front desk -> 486 cac_trunk_in']);
});

t.test('registrations are as they were at the time of each call', async (t) => {
  const world = await worlds(t, (yaml) =>
    yaml.replace('routing: { disaster: { trunk: Night porter } }', 'routing: null'),
  );
  const restaurant = [...world.current.trunks()].find(({ name }) => name === 'Restaurant')?.id ?? 0;
  const state = (atSec: number, to: 'registered' | 'offline') => ({
    trunkId: restaurant,
    atMs: START + atSec * 1000,
    state: to,
  });
  const calls = [{ to: '+31201110002' }, { to: '+31201110002' }, { to: '+31201110002' }];
  const registrations = [state(90, 'registered'), state(30, 'offline')];
  t.same(lines(replay(world, calls, { registrations })), [
    'call_0: trunk Restaurant, then trunk Night porter -> trunk Restaurant',
    'call_1: trunk Night porter -> 480 trunk_offline',
    'call_2: trunk Restaurant, then trunk Night porter -> trunk Restaurant',
  ]);
});

t.test('a call that is shown otherwise, or goes to another address, is said to', async (t) => {
  const world = await worlds(t, (yaml) =>
    yaml
      .replace('default_cid_number: "+31201110001"', 'default_cid_number: "+31201110002"')
      .replace('host: 127.0.0.22, port: 5082', 'host: 127.0.0.22, port: 5099'),
  );
  const foreign = { to: '+442079460958', from: '+4930111222', trunk: 'Restaurant' };
  const report = replay(world, [foreign, { ...foreign, from: '+31201110002' }]);
  t.same(lines(report), [
    'call_0: carrier south as +31201110001 to +442079460958, then carrier north as +31201110001 to +442079460958 -> carrier south as +31201110002 to +442079460958, then carrier north as +31201110002 to +442079460958',
    'call_1: carrier south 127.0.0.22:5082, then carrier north 127.0.0.21:5081 -> carrier south 127.0.0.22:5099, then carrier north 127.0.0.21:5081',
  ]);
});

t.test('a carrier that moved and a trunk that is gone call nobody any more', async (t) => {
  const world = await worlds(t, (yaml) =>
    yaml
      .replace('sources: [127.0.0.21]', 'sources: [127.0.0.99]')
      .replace('      - { name: Room 201, kind: extension, realm: hotel.example, username: "201" }\n', '')
      .replace('      - { number: "+31201110009", destination: { extension: Room 201 } }\n', ''),
  );
  const report = replay(world, [
    { to: '+31201110001' },
    { to: '+31201110007', from: '+31201110001', trunk: 'Room 201' },
  ]);
  t.same(lines(report), ['call_0: trunk Front desk -> 407 challenged', 'call_1: trunk Office -> 407 unknown_user']);
});

t.test('what a tenant is not to see is called another tenant, without a reason', async (t) => {
  const world = await worlds(t, (yaml) =>
    yaml.replace(
      '"+31201110001", destination: { trunk: Front desk }',
      '"+31201110001", destination: { trunk: Restaurant }',
    ),
  );
  const clinic = world.current.findDid('+31202220001')?.accountId ?? 0;
  const desk = [...world.current.trunks()].find(({ accountId }) => accountId === clinic)?.id ?? 0;
  const call = {
    ...record(world.current, 0, { to: '+31201110001', from: '+31202220001' }),
    direction: 'internal' as const,
    trunkId: desk,
    carrierId: null,
  };
  const run = createReplay({ ...world, config: config.calls, registrations: [], visible: new Set([clinic]) });
  run.take(recordedCall(call));
  t.match(run.report.changes, [{ before: 'another tenant', after: 'another tenant', why: '' }]);
});

t.test('all differences are counted, however few are listed', async (t) => {
  const world = await worlds(t, (yaml) => yaml.replace('{ reject: true }', '{ trunk: Restaurant }'));
  const calls = Array.from({ length: 5 }, () => ({ to: '+31201110005', reason: 'answered' as const }));
  const report = replay(world, calls, { most: 2 });
  t.match(report, { different: 5, recorded_otherwise: 5, kinds: [{ calls: 5 }] });
  t.equal(report.changes.length, 2);
});
