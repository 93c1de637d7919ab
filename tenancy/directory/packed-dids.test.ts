import t from 'tap';
import type { DidRecord } from '../../bus/index.ts';
import { fc } from '../../sip-engine/testing-properties.ts';
import { DidIndex } from './did-index.ts';
import { didRecord } from './fixtures.ts';
import { PackedDids } from './packed-dids.ts';

const PLAIN: readonly DidRecord[] = [
  didRecord({ id: 1, number: '+3120' }),
  didRecord({ id: 2, number: '+999999999999999', destination: { kind: 'trunk', trunkId: 2 ** 32 - 1 } }),
  didRecord({ id: 3, number: '+4294967296', destination: { kind: 'trunk_group', groupId: 7 }, smsEnabled: true }),
  didRecord({ id: 4, number: '+4294967295', destination: { kind: 'extension', trunkId: 8 }, status: 'suspended' }),
  didRecord({ id: 5, number: '+1', destination: { kind: 'account_default' }, status: 'pending_regulatory' }),
  didRecord({
    id: 2 ** 32 - 1,
    number: '+12',
    destination: { kind: 'reject' },
    accountId: 9,
    uuid: 'did_fedcba9876543210',
  }),
];
const SPECIAL: readonly DidRecord[] = [
  didRecord({ id: 1, number: '+31201', blockSize: 10 }),
  didRecord({ id: 2, number: '+31202', destination: { kind: 'uri', uri: 'sip:desk@example.org' } }),
  didRecord({ id: 3, number: '+31203', routing: {} }),
  didRecord({ id: 4, number: '+1234567890123456' }),
  didRecord({ id: 5, number: '+0123' }),
  didRecord({ id: 6, number: '+31206', uuid: 'did_one' }),
  didRecord({ id: 7, number: '+31207', uuid: 'did_FEDCBA9876543210' }),
  didRecord({ id: 2 ** 32, number: '+31208' }),
];

t.test('a plain number is given back as it was taken, by id and by number', async (t) => {
  const packed = new PackedDids();
  for (const did of PLAIN) t.equal(packed.add(did), true, did.number);
  for (const did of PLAIN) {
    t.strictSame(packed.get(did.id), did);
    t.strictSame(packed.find(did.number), did);
  }
  t.same(
    [...packed.values()].map(({ id }) => id),
    PLAIN.map(({ id }) => id),
  );
});

t.test('what a row has no room for is not taken, and the index keeps it as it is', async (t) => {
  const packed = new PackedDids();
  const index = new DidIndex();
  for (const did of SPECIAL) {
    t.equal(packed.add(did), false, JSON.stringify(did));
    index.pack(did);
    t.equal(index.get(did.id), did);
    t.equal(index.find(did.number), did);
  }
  t.equal(packed.size, 0);
  t.equal(index.size, SPECIAL.length);
});

t.test('a text that reads like the same number is another one', async (t) => {
  const packed = new PackedDids();
  packed.add(didRecord({ id: 1, number: '+1000' }));
  for (const text of ['1000', '+01000', '+1e3', '+0x3e8', '+ 1000', '+1000 ', '+1000.0', '', '+', '+10000', '+100'])
    t.equal(packed.find(text), undefined, JSON.stringify(text));
  t.equal(packed.find('+1000')?.id, 1);
});

const ID = fc.integer({ min: 1, max: 200 });
/** Few of them, so that numbers change hands. */
const NUMBER = fc.integer({ min: 1, max: 300 }).map((n) => `+3120${n}`);
const TURNS = fc.array(fc.record({ id: ID, number: NUMBER, does: fc.constantFrom('pack', 'set', 'delete') }), {
  maxLength: 600,
});

t.test('whatever is packed, set and deleted in turn, each number leads to its owner', async (t) => {
  fc.assert(
    fc.property(TURNS, (turns) => {
      const index = new DidIndex();
      const owners = new Map<string, number>();
      const numbers = new Map<number, string>();
      const forget = (id: number) => {
        const number = numbers.get(id);
        if (number !== undefined) owners.delete(number);
        numbers.delete(id);
      };
      for (const { id, number, does } of turns) {
        if (does === 'delete') {
          index.delete(id);
          forget(id);
        } else if ((owners.get(number) ?? id) === id) {
          index[does as 'pack' | 'set'](didRecord({ id, number }));
          forget(id);
          owners.set(number, id);
          numbers.set(id, number);
        }
      }
      if (index.size !== numbers.size) throw new Error(`${index.size} of ${numbers.size}`);
      for (let n = 1; n <= 300; n++)
        if (index.find(`+3120${n}`)?.id !== owners.get(`+3120${n}`)) throw new Error(`+3120${n} leads elsewhere`);
      for (let id = 1; id <= 200; id++) {
        if (index.get(id)?.number !== numbers.get(id)) throw new Error(`${id} has another number`);
        if (index.has(id) !== numbers.has(id)) throw new Error(`${id} is there or not`);
      }
      if ([...index.values()].length !== numbers.size) throw new Error('not all are listed');
    }),
    { numRuns: 100 },
  );
  t.pass('100 rows of turns');
});

t.test('a number that moves to another row before the old one is gone belongs to the new one', async (t) => {
  const index = new DidIndex();
  index.pack(didRecord({ id: 1, number: '+3120' }));
  index.pack(didRecord({ id: 2, number: '+3120' }));
  t.equal(index.find('+3120')?.id, 2);
  index.delete(1);
  t.equal(index.find('+3120')?.id, 2);
});

t.test('50,000 numbers take 40 bytes each outside the heap, and are all found', async (t) => {
  const packed = new PackedDids();
  const before = process.memoryUsage().arrayBuffers;
  for (let id = 1; id <= 50_000; id++) packed.add(didRecord({ id, number: `+3197${10_000_000 + id}` }));
  const bytes = (process.memoryUsage().arrayBuffers - before) / 50_000;
  t.ok(bytes < 60, `${bytes} bytes each, with two heads of chains`);
  for (let id = 1; id <= 50_000; id++)
    if (packed.find(`+3197${10_000_000 + id}`)?.id !== id) t.fail(`+3197${10_000_000 + id} leads elsewhere`);
});
