import t from 'tap';
import { createFakeClock, createTimingWheel } from '../timer/index.ts';
import type { Flow } from '../transport/types.ts';
import { AnsweredRing } from './answered-ring.ts';
import { KeyHash } from './key-hash.ts';
import { KeySet } from './key-set.ts';
import { PAGE_ENTRIES } from './ring-page.ts';

function ringOf(lifeMs: number, limits: { readonly maxEntries?: number; readonly maxBytes?: number } = {}) {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  const over: number[] = [];
  const hash = new KeyHash(7, 8);
  const ring = new AnsweredRing<{ readonly n: number }>({
    clock,
    wheel,
    lifeMs,
    onOver: (value) => over.push(value?.n ?? -1),
    ...limits,
  });
  return { clock, wheel, over, ring, key: (n: number) => hash.of(`z9hG4bK-${n}|BYE`) };
}

t.test('each is found for its time, told of once in the order of coming, and one timer serves all', (t) => {
  const { clock, wheel, over, ring, key } = ringOf(32_000);
  for (let n = 0; n < 3000; n++) {
    ring.add(key(n), { value: { n } });
    clock.advance(10);
  }
  t.equal(ring.size, 3000);
  t.equal(wheel.size, 1);
  for (let n = 0; n < 3000; n++) if (ring.get(key(n))?.n !== n) t.fail(`${n} is not found`);
  t.notOk(ring.has(key(3000)));
  clock.advance(12_000);
  t.ok(over.length >= 990 && over.length <= 1001, 'a third is over');
  t.same(over, [...over.keys()]);
  t.notOk(ring.has(key(0)));
  t.equal(ring.get(key(2999))?.n, 2999);
  clock.advance(32_000);
  t.equal(over.length, 3000);
  t.same([ring.size, wheel.size], [0, 0]);
  ring.add(key(1), { value: { n: 1 } });
  t.ok(ring.has(key(1)), 'and it begins anew');
  ring.close();
  t.same([ring.size, wheel.size, over.at(-1)], [0, 0, 1]);
  t.end();
});

/** Adds so many at each of some steps of 250 ms, removes some from the middle, and says what was ever wrong. */
function goOn(counts: readonly number[]) {
  const { clock, over, ring, key } = ringOf(10_000);
  const flow = {} as Flow;
  const there = new Set<number>();
  const bytesOf = (n: number) => Buffer.from(`${n}`);
  let [next, most, wrong] = [0, 0, 0];
  const check = (n: number) => {
    const isThere = there.has(n);
    if (ring.get(key(n))?.n !== (isThere ? n : undefined)) wrong += 1;
    if (ring.remains(key(n))?.bytes.toString() !== (isThere ? `${n}` : undefined)) wrong += 1;
  };
  for (const [step, count] of counts.entries()) {
    for (let n = 0; n < count; n++, next++) {
      ring.add(key(next), { value: { n: next }, parts: [bytesOf(next)], flow });
      there.add(next);
    }
    for (let n = next - 5; n > next - count; n -= 3) if (ring.remove(key(n)) !== there.delete(n)) wrong += 1;
    clock.advance(250);
    for (const n of over.splice(0)) if (!there.delete(n)) wrong += 1;
    if (ring.size !== there.size) wrong += 1;
    most = Math.max(most, ring.size);
    for (let n = step; n < next; n += 37) check(n);
  }
  ring.close();
  if (ring.size !== 0 || over.length !== there.size) wrong += 1;
  return { next, most, wrong };
}

t.test('it grows, and all that is there is found whatever its size was when it came', (t) => {
  // More and more at a time, then few: entries of several sizes are there at once.
  const counts = Array.from({ length: 120 }, (_, step) => (step < 60 ? step * 20 : 50));
  const { next, most, wrong } = goOn(counts);
  t.ok(next > 9 * PAGE_ENTRIES && most > 4 * PAGE_ENTRIES, `${next} came, ${most} were there`);
  t.equal(wrong, 0);
  t.end();
});

t.test('it goes round: pages whose entries are gone are used again, before and after it has grown', (t) => {
  // Two to three pages at once, twenty in all; then a burst of six; then few again.
  const counts = [
    ...new Array<number>(320).fill(250),
    ...new Array<number>(20).fill(1200),
    ...new Array<number>(300).fill(250),
  ];
  const { next, wrong } = goOn(counts);
  t.ok(next > 40 * PAGE_ENTRIES, `${next} came`);
  t.equal(wrong, 0);
  t.end();
});

t.test('what is removed is neither found nor told of, and the last of all takes the timer with it', (t) => {
  const { clock, wheel, over, ring, key } = ringOf(1000);
  for (let n = 0; n < 600; n++) ring.add(key(n), { value: { n } });
  for (let n = 0; n < 600; n += 2) t.ok(ring.remove(key(n)));
  t.notOk(ring.remove(key(0)));
  t.same([ring.size, ring.has(key(2)), ring.get(key(3))?.n], [300, false, 3]);
  clock.advance(1010);
  t.ok(over.length === 300 && over.every((n) => n % 2 === 1));
  ring.add(key(1), { value: { n: 1 } });
  ring.remove(key(1));
  t.equal(wheel.size, 0);
  t.end();
});

t.test('for more than a number, or than so many bytes, the oldest make room, and are told of', (t) => {
  const few = ringOf(32_000, { maxEntries: 100 });
  for (let n = 0; n < 1000; n++) few.ring.add(few.key(n), { value: { n } });
  t.same([few.ring.size, few.wheel.size, few.over.length], [100, 1, 900]);
  t.same(few.over, [...few.over.keys()]);
  t.same([few.ring.has(few.key(899)), few.ring.get(few.key(900))?.n], [false, 900]);
  const large = ringOf(32_000, { maxBytes: 4 * 128 * 1024 });
  const flow = {} as Flow;
  for (let n = 0; n < 100; n++) large.ring.add(large.key(n), { value: { n }, parts: [Buffer.alloc(60_000, n)], flow });
  t.ok(large.ring.size >= 4 && large.ring.size <= 8, `${large.ring.size} of two a block are left`);
  t.ok(large.ring.remains(large.key(99))?.bytes.equals(Buffer.alloc(60_000, 99)));
  large.clock.advance(32_020);
  t.same([large.over.length, large.ring.size, large.wheel.size], [100, 0, 0]);
  t.end();
});

t.test('whoever is told of an end may add another: one timer goes on', (t) => {
  const clock = createFakeClock();
  const wheel = createTimingWheel({ clock });
  const hash = new KeyHash(1, 2);
  let told = 0;
  const ring = new AnsweredRing<object>({
    clock,
    wheel,
    lifeMs: 1000,
    onOver: () => {
      told += 1;
      ring.add(hash.of(`${told}`), {});
    },
  });
  ring.add(hash.of('0'), {});
  clock.advance(3500);
  t.same([told, ring.size, wheel.size], [3, 1, 1]);
  t.end();
});

t.test('without a wheel what is over goes when it is asked for', (t) => {
  const clock = createFakeClock();
  const ring = new AnsweredRing({ clock, lifeMs: 1000 });
  const hash = new KeyHash(0, 0);
  ring.add(hash.of('a'));
  clock.advance(500);
  ring.add(hash.of('b'));
  t.ok(ring.has(hash.of('a')));
  clock.advance(500);
  t.same([ring.has(hash.of('a')), ring.has(hash.of('b')), ring.size], [false, true, 1]);
  t.end();
});

t.test('a set of hashes holds what was added and nothing else, however many there are', (t) => {
  const set = new KeySet();
  const hash = new KeyHash(3, 4);
  for (let n = 0; n < 20_000; n++) {
    const { high, low } = hash.of(`key ${n >> 1}`);
    set.add(high, low);
  }
  t.equal(set.size, 10_000, 'each once');
  let wrong = 0;
  for (let n = 0; n < 20_000; n++) {
    const { high, low } = hash.of(`key ${n}`);
    if (set.has(high, low) !== n < 10_000) wrong += 1;
  }
  t.equal(wrong, 0);
  const { high, low } = hash.of('key 1');
  set.clear();
  t.same([set.size, set.has(high, low)], [0, false]);
  set.add(high, low);
  t.same([set.size, set.has(high, low)], [1, true]);
  t.end();
});
