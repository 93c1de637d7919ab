import { setImmediate } from 'node:timers/promises';
import { readFunds } from '../../billing-hooks/index.ts';
import type { CallRecord } from '../../bus/index.ts';
import { type Config, loadConfig } from '../../config/index.ts';
import {
  type CallTestWorld,
  createReplay,
  type Replay,
  recordedCall,
  runCallTests,
  type TimedState,
} from '../../routing/index.ts';
import {
  type Directory,
  loadDirectory,
  rehearseTenants,
  type Store,
  type Visible,
  type YamlReader,
} from '../../tenancy/index.ts';
import type { CandidateFile, RehearsalStore, ReplayRange } from '../rehearsal-port.ts';

/** Of the configuration, what decides about calls and registrations. */
export type RehearsalConfig = Pick<Config, 'calls' | 'auth' | 'registration' | 'sip'>;

/** Records of one read; between two reads everybody else has a turn. */
const CALLS_PER_TURN = 100;

/** Rehearsals over the store: nothing is written, and SIP is not asked. */
export function createRehearsalStore(
  store: Store,
  configured: RehearsalConfig | undefined,
  yaml: YamlReader,
): RehearsalStore {
  const settings = () => configured ?? loadConfig({}).config;
  const rehearse = ({ yaml: text, name, options }: CandidateFile) =>
    rehearseTenants(store, text, name, { ...options, yaml, algorithms: settings().auth.algorithms });
  const worldOf = async (directory: Directory, visible: Visible): Promise<CallTestWorld> => {
    const { calls, auth, registration, sip } = settings();
    const funds = await readFunds(store);
    const { defaultRealm } = sip;
    return { directory, calls, auth, registration, defaultRealm, funds, visible, nowMs: store.clock.nowMs };
  };
  const pause = () => setImmediate();
  return {
    test: inTurn(async (visible, tests) => {
      const directory = await loadDirectory(store, settings().auth.algorithms);
      return runCallTests(await worldOf(directory, visible), tests, pause);
    }),
    testCandidate: inTurn(async (visible, tests, file) => {
      const { plan, candidate } = await rehearse(file);
      return { plan, report: await runCallTests(await worldOf(candidate, visible), tests, pause) };
    }),
    replay: inTurn(async (visible, file, range) => {
      const { plan, current, candidate } = await rehearse(file);
      const registrations = await readStates(store, range);
      const world = { current, candidate, config: settings().calls, registrations, visible, most: range.most };
      const replay = createReplay(world);
      await replayCalls(store, replay, visible, range);
      return { plan, report: replay.report };
    }),
  };
}

/** One after the other, whoever asks: each of them keeps the thread busy. */
function inTurn<A extends readonly unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const run = last.then(() => work(...args));
    last = run.catch(() => undefined);
    return run;
  };
}

interface Row {
  readonly id: number;
  readonly accountId: number | null;
  readonly startedAtMs: number;
  readonly record: string;
}

const CALLS = `SELECT id, account_id AS accountId, started_at_ms AS startedAtMs, record FROM calls
  WHERE started_at_ms >= ? AND started_at_ms < ? AND (started_at_ms, id) > (?, ?)
  ORDER BY started_at_ms, id LIMIT ${CALLS_PER_TURN}`;

/** Every call of that time that may be seen, in the order in which they started. */
async function replayCalls(store: Store, replay: Replay, visible: Visible, { fromMs, toMs }: ReplayRange) {
  let [lastMs, lastId] = [fromMs, 0];
  for (;;) {
    const rows = await store.read(
      (connection) => connection.prepare(CALLS).all([Math.max(fromMs, lastMs), toMs, lastMs, lastId]) as Row[],
    );
    for (const { id, accountId, startedAtMs, record } of rows) {
      [lastMs, lastId] = [startedAtMs, id];
      if (visible !== null && (accountId === null || !visible.has(accountId))) continue;
      replay.take(recordedCall(JSON.parse(record) as CallRecord));
    }
    if (rows.length < CALLS_PER_TURN) return;
    await setImmediate();
  }
}

/** The last state of each trunk before, and every change within. */
const STATES = `SELECT trunk_id AS trunkId, at_ms AS atMs, state FROM trunk_transitions t WHERE at_ms < ?
  AND (at_ms >= ? OR NOT EXISTS (SELECT 1 FROM trunk_transitions later WHERE later.trunk_id = t.trunk_id
    AND later.at_ms > t.at_ms AND later.at_ms <= ?))`;

function readStates(store: Store, { fromMs, toMs }: ReplayRange): Promise<readonly TimedState[]> {
  return store.read((connection) => connection.prepare(STATES).all([toMs, fromMs, fromMs]) as TimedState[]);
}
