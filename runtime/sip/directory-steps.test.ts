import t from 'tap';
import type { DirectoryDelta } from '../../bus/index.ts';
import { Directory, directoryDelta, trunkRecord } from '../../tenancy/index.ts';
import { takeDelta } from './directory-steps.ts';

const trunks = (maxIn: number) => Array.from({ length: 1000 }, (_, i) => trunkRecord({ id: i + 1, maxIn }));

t.test('a thousand trunks are seen at once, and looked at a few at a time', async (t) => {
  const directory = new Directory();
  directory.apply(directoryDelta({ trunks: trunks(1) }));
  for (const part of [trunks(2).slice(0, 500), trunks(2).slice(500)]) directory.stage(2, { trunks: part, dids: [] });
  const delta: DirectoryDelta = directoryDelta({ version: 2, reset: false });
  const told: number[] = [];
  const ids = new Set<number>();
  let whole = 0;
  const steps = takeDelta(directory, delta, {
    all: () => {
      whole += 1;
      t.ok(
        [1, 500, 1000].every((id) => directory.findTrunk(id)?.maxIn === 2),
        'all of it or nothing',
      );
    },
    trunks: (some) => {
      told.push(some.trunks.upserts.length);
      for (const trunk of some.trunks.upserts) ids.add(trunk.id);
    },
  });
  t.equal(directory.findTrunk(1)?.maxIn, 1);
  let pauses = 0;
  while (steps.next().done !== true) pauses += 1;
  t.equal(whole, 1);
  t.strictSame([pauses, Math.max(...told), ids.size], [5, 250, 1000]);
  t.notOk(directory.isSettling);
});

t.test('a small step is told in one piece, without a pause', async (t) => {
  const directory = new Directory();
  directory.apply(directoryDelta({ trunks: trunks(1) }));
  const delta = directoryDelta({ version: 2, reset: false, trunks: [trunkRecord({ id: 1, maxIn: 9 })] });
  const told: DirectoryDelta[] = [];
  const steps = takeDelta(directory, delta, { all: () => undefined, trunks: (some) => told.push(some) });
  t.equal(steps.next().done, true);
  t.strictSame(told, [delta]);
});
