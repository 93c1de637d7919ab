import t from 'tap';
import { BucketHeads, NONE } from './bucket-heads.ts';
import { KeyHash } from './key-hash.ts';

/** All of one bucket of 16. */
const hash = (high: number) => ({ high, low: 0x30 });

t.test('a mark tells hashes of one bucket apart, until the last of it is gone', (t) => {
  const heads = new BucketHeads(16);
  t.notOk(heads.mayHave(hash(1)));
  t.equal(heads.newest(0x30), NONE);
  heads.put(hash(1), 7, 0);
  heads.put(hash(2), 8, 0);
  t.same(
    [1, 2, 3].map((high) => heads.mayHave(hash(high))),
    [true, true, false],
  );
  t.equal(heads.newest(0x30), 8);
  heads.put(hash(3), 9, 8);
  t.same(
    [1, 2, 3].map((high) => heads.mayHave(hash(high))),
    [true, true, true],
    'one of them is still there',
  );
  heads.put(hash(4), 10, 10);
  t.same(
    [1, 2, 3, 4].map((high) => heads.mayHave(hash(high))),
    [false, false, false, true],
  );
  t.end();
});

t.test('what is in the smaller table is asked for until it is forgotten', (t) => {
  const smaller = new BucketHeads(16);
  smaller.put(hash(1), 3, 0);
  const heads = new BucketHeads(32, smaller, 4);
  t.ok(heads.mayHave(hash(1)));
  t.equal(heads.newest(0x30), 3);
  heads.forget(3);
  t.ok(heads.mayHave(hash(1)));
  heads.forget(4);
  t.notOk(heads.mayHave(hash(1)));
  t.equal(heads.newest(0x30), NONE);
  t.end();
});

t.test('numbers go on past 32 bits, and every mark beside them', (t) => {
  for (const number of [2 ** 31 - 1, 2 ** 32 - 2, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, 2 ** 41 - 3]) {
    const heads = new BucketHeads(16);
    for (let high = -23; high < 23; high++) heads.put(hash(high), number, number);
    t.equal(heads.newest(0x30), number);
    for (let high = -23; high < 23; high++) if (!heads.mayHave(hash(high))) t.fail(`${high} has no mark`);
    heads.put(hash(5), number + 1, number + 1);
    t.equal(heads.newest(0x30), number + 1);
    t.same(
      [5, 6].map((high) => heads.mayHave(hash(high))),
      [true, false],
    );
  }
  t.end();
});

t.test('at one entry a bucket, for many of their lives, a mark denies four fifths of what is not there', (t) => {
  const size = 4096;
  const heads = new BucketHeads(size);
  const hashes = new KeyHash(7, 8);
  for (let number = 0; number < 20 * size; number++) heads.put(hashes.of(`there-${number}`), number, number - size);
  let denied = 0;
  for (let n = 0; n < size; n++) if (!heads.mayHave(hashes.of(`not-${n}`))) denied += 1;
  t.ok(denied > 0.8 * size, `${denied} of ${size}`);
  t.end();
});
