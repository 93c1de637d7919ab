import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import type { BindingRecord } from '../bus/index.ts';
import { trunkRecord } from '../tenancy/index.ts';
import { digestTrunk, REALM, register, START_MS, type TestRegistrar, testRegistrar } from './fixtures.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Registrations that are measured, by PBXes that are registered already. */
const PAIRS = 100;

/** What a pair takes, with the PBX's own part: challenged and answered by the steps, not by the short way. */
const MOST_LOOK_UPS = 53;

const nameOf = (id: number) => `u${id}`;

function bindingOf(id: number): BindingRecord {
  const address = `10.${id >> 16}.${(id >> 8) & 255}.${id & 255}`;
  const contact = `sip:${nameOf(id)}@192.168.1.10:5060`;
  const flow = {
    transport: 'udp',
    sourceAddress: address,
    sourcePort: 5060,
    localAddress: '192.0.2.1',
    localPort: 5060,
  };
  const times = { registeredAtMs: START_MS, refreshedAtMs: START_MS, expiresAtMs: START_MS + 3_600_000 };
  const facts = { contactParams: '', instance: null, regId: null, q: 1, path: [], userAgent: 'Test PBX 1.0' };
  const request = { aor: `sip:${nameOf(id)}@${REALM}`, callId: `call-${id}`, cseq: 1, flowId: `udp/${address}` };
  return { trunkId: id, accountId: 1, contact, ...flow, ...times, ...facts, ...request };
}

/** A registrar that holds so many bound trunks; the last ones have passwords. */
function holding(trunks: number): TestRegistrar {
  const ids = Array.from({ length: trunks }, (_, index) => index + 1);
  const test = testRegistrar({
    rateLimits: false,
    refreshed: () => undefined,
    trunks: ids.map((id) => {
      const fields = { id, uuid: `trk_${id}`, username: nameOf(id), realm: REALM };
      return id > trunks - 10 ? digestTrunk(fields) : trunkRecord(fields);
    }),
  });
  test.registrar.restore(ids.map(bindingOf));
  return test;
}

function registerLast(test: TestRegistrar, trunks: number, round: number): void {
  const id = trunks - (round % 10);
  const { contact, callId, sourceAddress, sourcePort, flowId } = bindingOf(id);
  const outcome = register(test, {
    username: nameOf(id),
    contact: `<${contact}>`,
    callId,
    cseq: 10 + 2 * round,
    sourceAddress,
    sourcePort,
    flowId,
  });
  if (outcome.status !== 200) throw new Error(`a REGISTER was answered ${outcome.status} ${outcome.reason}`);
}

/** What is counted: every look at a Map or Set, every element that is iterated over, whole arrays that are searched. */
const LOOKS = ['get', 'has', 'set', 'add', 'delete'];
const SEARCHES = [
  'every',
  'filter',
  'find',
  'findIndex',
  'findLast',
  'flatMap',
  'forEach',
  'includes',
  'indexOf',
  'map',
  'reduce',
  'some',
  'sort',
  'toSorted',
];
const ITERATORS = [new Map().entries(), new Set().values(), [].values()].map((one) => Object.getPrototypeOf(one));

/** How many elements of any collection the work looks at. */
function countLookUps(work: () => void): number {
  let count = 0;
  const undo: (() => void)[] = [];
  const watch = (prototype: object, name: string, weight: (self: unknown) => number) => {
    const original = Object.getOwnPropertyDescriptor(prototype, name);
    if (original === undefined) return;
    const call = original.value as (...args: unknown[]) => unknown;
    const counting = function (this: unknown, ...args: unknown[]) {
      count += weight(this);
      return call.apply(this, args);
    };
    Object.defineProperty(prototype, name, { ...original, value: counting });
    undo.push(() => Object.defineProperty(prototype, name, original));
  };
  for (const prototype of [Map.prototype, Set.prototype]) {
    for (const name of LOOKS) watch(prototype, name, () => 1);
    watch(prototype, 'forEach', (self) => (self as Map<unknown, unknown>).size);
  }
  for (const name of SEARCHES) watch(Array.prototype, name, (self) => (self as readonly unknown[]).length);
  for (const prototype of ITERATORS) watch(prototype, 'next', () => 1);
  try {
    count = 0;
    work();
    return count;
  } finally {
    for (const restore of undo) restore();
  }
}

t.test('a look at every element of a collection is counted, however it is looked at', async (t) => {
  const array = Array.from({ length: 50 }, (_, index) => index);
  const [set, map] = [new Set(array), new Map(array.map((id) => [id, id]))];
  const scans: readonly (() => unknown)[] = [
    () => array.find((id) => id === 49),
    () => array.filter((id) => id === 49),
    () => map.forEach((id) => void id),
    () => [...map.keys()],
    () => {
      for (const id of set) if (id > 50) return;
      for (const id of array) if (id > 50) return;
    },
    () => array.map((id) => map.get(id)),
  ];
  for (const scan of scans) t.ok(countLookUps(() => void scan()) >= 50, String(scan));
  t.equal(
    countLookUps(() => void map.get(3)),
    1,
  );
});

/** Bytes that the work leaves on the heap, garbage included. */
function countBytes(work: () => void): number {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  work();
  return process.memoryUsage().heapUsed - before;
}

function measure(trunks: number): { readonly lookUps: number; readonly bytes: number } {
  const test = holding(trunks);
  let round = 0;
  const run = (pairs: number) => {
    for (const end = round + pairs; round < end; round += 1) registerLast(test, trunks, round);
  };
  // Code is compiled and caches are filled before anything counts.
  run(500);
  // The least of a few: now and then one of the hundred opens a new page of nonces.
  const lookUps = Math.min(...Array.from({ length: 5 }, () => countLookUps(() => run(PAIRS)))) / PAIRS;
  const samples = Array.from({ length: 9 }, () => countBytes(() => run(PAIRS)) / PAIRS).sort((a, b) => a - b);
  return { lookUps, bytes: samples[4] ?? Number.NaN };
}

t.test('a REGISTER costs the same look-ups and the same memory at 10 trunks and at 100,000', async (t) => {
  measure(10);
  const [few, many] = [measure(10), measure(100_000)];
  t.comment(JSON.stringify({ few, many }));
  t.equal(many.lookUps, few.lookUps, 'as many looks at Maps, Sets and arrays');
  t.ok(few.lookUps > 10, 'and they were counted');
  t.ok(few.lookUps <= MOST_LOOK_UPS, `${few.lookUps} looks at most`);
  t.ok(many.bytes < few.bytes * 1.15, 'no more allocated than 15 % above');
  t.ok(few.bytes > 1000, 'and it was measured');
});
