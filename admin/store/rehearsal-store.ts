import { setImmediate } from 'node:timers/promises';
import { readFunds } from '../../billing-hooks/index.ts';
import type { CallRecord } from '../../bus/index.ts';
import { type Config, loadConfig } from '../../config/index.ts';
import {
  type CallTestWorld,
  createReplay,
  parseCallTests,
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
import type { CallTestText, CandidateFile, RehearsalStore, ReplayRange } from '../rehearsal-port.ts';
import { FairTurns } from './fair-turns.ts';

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
  const settings = () => configured ?? loadConfig({ DIDFARM_SIP_HOST: '127.0.0.1' }).config;
  const rehearse = ({ yaml: text, name, options }: CandidateFile) =>
    rehearseTenants(store, text, name, { ...options, yaml, algorithms: settings().auth.algorithms });
  const worldOf = async (directory: Directory, visible: Visible): Promise<CallTestWorld> => {
    const { calls, auth, registration, sip } = settings();
    const funds = await readFunds(store);
    const { defaultRealm } = sip;
    return { directory, calls, auth, registration, defaultRealm, funds, visible, nowMs: store.clock.nowMs };
  };
  const parsed = ({ text, name }: CallTestText) => parseCallTests(text, name, yaml);
  const pause = () => setImmediate();
  const turns = new FairTurns({ atOnce: 2, ofOwner: 4, ofAll: 100 });
  return {
    test: ({ homeAccountId, visible }, tests) =>
      turns.run(homeAccountId, async () => {
        const cases = await parsed(tests);
        const directory = await loadDirectory(store, settings().auth.algorithms);
        return runCallTests(await worldOf(directory, visible), cases, pause);
      }),
    testCandidate: ({ homeAccountId, visible }, tests, file) =>
      turns.run(homeAccountId, async () => {
        const cases = await parsed(tests);
        const { plan, candidate } = await rehearse(file);
        return { plan, report: await runCallTests(await worldOf(candidate, visible), cases, pause) };
      }),
    replay: ({ homeAccountId, visible }, file, range) =>
      turns.run(homeAccountId, async () => {
        const { plan, current, candidate } = await rehearse(file);
        const registrations = await readStates(store, range);
        const world = { current, candidate, config: settings().calls, registrations, visible, most: range.most };
        const replay = createReplay(world);
        await replayCalls(store, replay, visible, range);
        return { plan, report: replay.report };
      }),
  };
}

interface Entry {
  readonly id: number;
  readonly accountId: number | null;
  readonly startedAtMs: number;
}

/** What is looked through between two turns of everybody else, where most of it is others'. */
const LOOKED_AT = 2000;
const ENTRIES = `SELECT id, account_id AS accountId, started_at_ms AS startedAtMs FROM calls
  WHERE started_at_ms >= ? AND started_at_ms < ? AND (started_at_ms, id) > (?, ?)
  ORDER BY started_at_ms, id LIMIT ${LOOKED_AT}`;
const RECORD = 'SELECT record FROM calls WHERE id = ?';

/** Every call of that time that may be seen, in the order in which they started; nobody else's record is read. */
async function replayCalls(store: Store, replay: Replay, visible: Visible, { fromMs, toMs }: ReplayRange) {
  let [lastMs, lastId] = [fromMs, 0];
  for (;;) {
    const entries = await store.read(
      (connection) => connection.prepare(ENTRIES).all([Math.max(fromMs, lastMs), toMs, lastMs, lastId]) as Entry[],
    );
    const seen = entries.filter(({ accountId }) => visible === null || (accountId !== null && visible.has(accountId)));
    for (let at = 0; at < seen.length; at += CALLS_PER_TURN) {
      const records = await readRecords(store, seen.slice(at, at + CALLS_PER_TURN));
      for (const record of records) replay.take(recordedCall(JSON.parse(record) as CallRecord));
      await setImmediate();
    }
    if (entries.length < LOOKED_AT) return;
    [lastMs, lastId] = [entries.at(-1)?.startedAtMs ?? lastMs, entries.at(-1)?.id ?? lastId];
    await setImmediate();
  }
}

function readRecords(store: Store, entries: readonly Entry[]): Promise<readonly string[]> {
  return store.read((connection) => {
    const statement = connection.prepare(RECORD);
    return entries.flatMap(({ id }) => (statement.all([id]) as { record: string }[]).map(({ record }) => record));
  });
}

/** The last state of each trunk before, and every change within. */
const STATES = `SELECT trunk_id AS trunkId, at_ms AS atMs, state FROM trunk_transitions t WHERE at_ms < ?
  AND (at_ms >= ? OR NOT EXISTS (SELECT 1 FROM trunk_transitions later WHERE later.trunk_id = t.trunk_id
    AND later.at_ms > t.at_ms AND later.at_ms <= ?))`;

function readStates(store: Store, { fromMs, toMs }: ReplayRange): Promise<readonly TimedState[]> {
  return store.read((connection) => connection.prepare(STATES).all([toMs, fromMs, fromMs]) as TimedState[]);
}
