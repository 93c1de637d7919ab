import t from 'tap';
import type { DidRecord, TrunkRecord } from '../../bus/index.ts';
import { fc } from '../../sip-engine/testing-properties.ts';
import { didRecord, directoryDelta, trunkRecord } from './fixtures.ts';
import { Directory, DirectoryGapError } from './index.ts';

const IDS = [1, 2, 3, 4, 5, 6];
const REALM = 'sip.didfarm.com';
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const SOURCES = ['192.0.2.7', '192.0.2.0/24', '192.0.0.0/16'];
const NUMBERS = ['+3120100', '+3120200', '+3120300', '+3120400', '+3120500', '+3120600'];

/** Everything that can be asked of a directory with these ids. */
function answers(directory: Directory): unknown {
  const ids = (records: readonly { readonly id: number }[]) => records.map(({ id }) => id);
  const sorted = (records: readonly { readonly id: number }[]) => ids(records).sort();
  return {
    version: directory.version,
    size: directory.size,
    trunks: IDS.map((id) => directory.findTrunk(id)),
    byUuid: IDS.map((id) => directory.findTrunkByUuid(trunkRecord({ id }).uuid)),
    byName: NAMES.map((name) => directory.findCredential(name, REALM)),
    bySource: ids(directory.findIpTrunks('192.0.2.7')),
    bySubject: ids(directory.findTrunksBySubject(['pbx.example'])),
    ofAccount: [1, 2].map((id) => sorted(directory.trunksOf(id))),
    all: sorted([...directory.trunks()]),
    dids: IDS.map((id) => directory.findDidById(id)),
    byNumber: [...NUMBERS, '+3120109'].map((number) => directory.findDid(number)),
  };
}

interface Step {
  readonly trunks: readonly TrunkRecord[];
  readonly dids: readonly DidRecord[];
  readonly goneTrunks: readonly number[];
  readonly goneDids: readonly number[];
}

const TRUNK = fc.record({
  account: fc.constantFrom(1, 2),
  auth: fc.constantFrom('digest', 'ip', 'digest+ip'),
  sources: fc.subarray(SOURCES),
  isNamed: fc.boolean(),
  maxIn: fc.nat(3),
});

/** What changes; who is called what comes from the order of names and numbers that then holds. */
const CHANGE = fc.record({
  names: fc.shuffledSubarray(NAMES, { minLength: 6, maxLength: 6 }),
  numbers: fc.shuffledSubarray(NUMBERS, { minLength: 6, maxLength: 6 }),
  movesNames: fc.boolean(),
  trunks: fc.array(TRUNK, { minLength: 6, maxLength: 6 }),
  touched: fc.subarray(IDS, { minLength: 1 }),
  gone: fc.subarray(IDS),
});

/** Steps as the database makes them: names and numbers are unique among all that there are after each. */
const STEPS = fc.array(CHANGE, { minLength: 1, maxLength: 5 }).map((changes) => {
  let [names, numbers] = [NAMES, NUMBERS];
  return changes.map(({ movesNames, trunks, touched, gone, ...moved }): Step => {
    if (movesNames) [names, numbers] = [moved.names, moved.numbers];
    // Names that move about take all of their owners along, so that none has two.
    const changed = IDS.filter((id) => !gone.includes(id) && (movesNames || touched.includes(id)));
    return {
      trunks: changed.map((id) => toTrunk(id, names[id - 1] ?? '', trunks[id - 1])),
      dids: changed.map((id) => didRecord({ id, number: numbers[id - 1] ?? '', blockSize: id === 1 ? 10 : 1 })),
      goneTrunks: gone,
      goneDids: gone,
    };
  });
});

function toTrunk(
  id: number,
  username: string,
  shape: typeof TRUNK extends fc.Arbitrary<infer T> ? T | undefined : never,
) {
  if (shape === undefined) throw new RangeError('a shape for every id');
  const { account, auth, sources, isNamed, maxIn } = shape;
  const routing = isNamed ? { routing: { tlsSubjects: ['pbx.example'] } } : {};
  return trunkRecord({
    id,
    username,
    accountId: account,
    authType: auth as TrunkRecord['authType'],
    sources,
    maxIn,
    ...routing,
  });
}

const deltaOf = (version: number, { goneTrunks, goneDids }: Step, whole: Partial<Step>) => {
  const delta = directoryDelta({ version, reset: false });
  return {
    ...delta,
    trunks: { upserts: whole.trunks ?? [], deletes: goneTrunks },
    dids: { upserts: whole.dids ?? [], deletes: goneDids },
  };
};

t.test('a step in parts is seen by nobody, then by all, and moving it in changes nothing', async (t) => {
  fc.assert(
    fc.property(STEPS, fc.integer({ min: 1, max: 4 }), (steps, limit) => {
      const [plain, staged] = [new Directory(), new Directory()];
      for (const directory of [plain, staged]) directory.apply(directoryDelta({}));
      for (const [at, step] of steps.entries()) {
        const version = at + 2;
        const before = JSON.stringify(answers(staged));
        for (const trunk of step.trunks) staged.stage(version, { trunks: [trunk], dids: [] });
        staged.stage(version, { trunks: [], dids: step.dids });
        if (JSON.stringify(answers(staged)) !== before) throw new Error('a part was seen too early');
        plain.apply(deltaOf(version, step, step));
        staged.apply(deltaOf(version, step, {}));
        const wanted = JSON.stringify(answers(plain));
        let moved = 0;
        for (;;) {
          if (JSON.stringify(answers(staged)) !== wanted)
            throw new Error(`after ${moved} moves it says something else`);
          const part = staged.settle(limit);
          if (part === undefined) break;
          moved += part.upserts.length + part.deletes.length;
        }
        if (moved !== step.trunks.length + step.goneTrunks.length) throw new Error('each trunk is told once');
      }
    }),
    { numRuns: 300 },
  );
  t.pass('300 rows of steps');
});

t.test('a step that comes before the one before it has settled finds it settled', async (t) => {
  const directory = new Directory();
  directory.apply(directoryDelta({ trunks: [trunkRecord({ id: 1, username: 'a' })] }));
  directory.stage(2, { trunks: [trunkRecord({ id: 1, username: 'b' })], dids: [] });
  directory.apply(directoryDelta({ version: 2, reset: false }));
  directory.apply(directoryDelta({ version: 3, reset: false, trunks: [trunkRecord({ id: 1, username: 'c' })] }));
  t.equal(directory.findCredential('c', REALM)?.id, 1);
  t.equal(directory.findCredential('b', REALM), undefined);
  t.equal(directory.settle(1), undefined);
  t.throws(() => directory.stage(3, { trunks: [], dids: [] }), DirectoryGapError);
});
