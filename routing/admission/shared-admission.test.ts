import fc from 'fast-check';
import t from 'tap';
// The suite draws from the seed of all random tests.
import '../../sip-engine/testing-properties.ts';
import { Worker } from 'node:worker_threads';
import { admissionSuite } from './admission.suite.ts';
import type { Claim } from './admission.ts';
import { MemoryAdmission } from './memory-admission.ts';
import { SharedAdmission } from './shared-admission.ts';
import { createSharedPlaces, SharedPlaces } from './shared-places.ts';

admissionSuite(t, () => new SharedAdmission(createSharedPlaces(64)));

const claim = (level: Claim['level'], id: number, limit: number): Claim => ({ level, id, class: 'in', limit });

t.test('threads that take and give back by turns see what one thread with all the calls would see', async (t) => {
  const action = fc.record({
    thread: fc.nat({ max: 2 }),
    call: fc.nat({ max: 5 }),
    trunk: fc.nat({ max: 3 }),
    isRelease: fc.boolean(),
  });
  const property = fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
    const memory = createSharedPlaces(16);
    const threads = [0, 1, 2].map(() => new SharedAdmission(memory));
    const one = new MemoryAdmission();
    for (const { thread, call, trunk, isRelease } of actions) {
      const admission = threads[thread] as SharedAdmission;
      const [own, all] = [`c${call}`, `c${call} of ${thread}`];
      const claims = [claim('trunk', trunk, 2), claim('account', trunk % 2, 3), claim('ancestor', 9, 4)];
      const told = isRelease ? admission.release(own) : admission.acquire(own, claims, 0);
      const expected = isRelease ? one.release(all) : one.acquire(all, claims, 0);
      if (JSON.stringify(told) !== JSON.stringify(expected)) throw new Error(`${JSON.stringify(told)} of ${all}`);
      const leases = threads.reduce((sum, { leases }, at) => sum + leases.call(threads[at]).length, 0);
      if (leases !== one.leases().length || leases !== admission.used('ancestor', 9, 'in'))
        throw new Error(`${leases} leases, ${admission.used('ancestor', 9, 'in')} used`);
    }
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 2000 }));
});

t.test('ceilings that share a slot are told apart, and one that leaves hides no other', async (t) => {
  const key = fc.record({ low: fc.nat({ max: 40 }), by: fc.constantFrom(1, -1) });
  const property = fc.property(fc.array(key, { maxLength: 200 }), (changes) => {
    const places = new SharedPlaces(createSharedPlaces(64));
    const expected = new Map<number, number>();
    places.together(() => {
      for (const { low, by } of changes) {
        const count = (expected.get(low) ?? 0) + by;
        if (count < 0) continue;
        expected.set(low, count);
        places.change({ low, high: 1 }, by);
        for (const [one, number] of expected)
          if (places.count({ low: one, high: 1 }) !== number) throw new Error(`${one}: not ${number}`);
      }
    });
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }));
});

t.test('a table that is full says so instead of losing a call', async (t) => {
  const admission = new SharedAdmission(createSharedPlaces(4));
  for (const id of [1, 2, 3]) t.same(admission.acquire(`c${id}`, [claim('trunk', id, 1)], 0), { ok: true });
  t.throws(() => admission.acquire('c4', [claim('trunk', 4, 1), claim('trunk', 5, 1)], 0), RangeError);
  t.equal(admission.leases().length, 3);
  for (const id of [1, 2, 3]) admission.release(`c${id}`);
  t.same(admission.acquire('c4', [claim('trunk', 4, 1)], 0), { ok: true });
});

t.test('two threads at once never get one place more than there is', async (t) => {
  const memory = createSharedPlaces(64);
  const shared = new URL('./shared-admission.ts', import.meta.url).href;
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.shared).then(({ SharedAdmission }) => {
      const admission = new SharedAdmission(workerData.memory);
      const claims = [{ level: 'trunk', id: 1, class: 'in', limit: 10 }, { level: 'carrier', id: 2, class: 'in', limit: 15 }];
      let most = 0;
      for (let n = 0; n < 20_000; n += 1) {
        admission.acquire('c' + (n % 12), claims, 0);
        most = Math.max(most, admission.used('trunk', 1, 'in'));
        admission.release('c' + ((n * 7) % 12));
      }
      parentPort.postMessage({ most, held: admission.leases().length });
    });`;
  const ends = await Promise.all(
    [0, 1].map(async () => {
      const worker = new Worker(code, { eval: true, workerData: { memory, shared } });
      return new Promise<{ most: number; held: number }>((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
      });
    }),
  );
  t.ok(ends.every(({ most }) => most <= 10));
  const held = ends.reduce((sum, end) => sum + end.held, 0);
  t.equal(new SharedAdmission(memory).used('trunk', 1, 'in'), held, 'counters equal leases over both');
});
