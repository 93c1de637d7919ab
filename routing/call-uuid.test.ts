import { randomBytes } from 'node:crypto';
import t from 'tap';
import { newCallUuid } from './call-uuid.ts';

const NOW_MS = Date.UTC(2026, 10, 22);
const random = { float: () => 0, hex: (length: number) => randomBytes(length).toString('hex').slice(0, length) };

t.test('the name of a call has 16 digits at any time, and no two are the same', async (t) => {
  const names = new Set<string>();
  for (let at = 0; at < 1000; at += 1) names.add(newCallUuid(NOW_MS + at * 3_600_000, random));
  for (let at = 0; at < 1000; at += 1) names.add(newCallUuid(NOW_MS, random));
  t.equal(names.size, 2000);
  t.same(
    [...names].filter((name) => !/^call_[0-9a-f]{16}$/.test(name)),
    [],
  );
});

t.test('calls that begin later within a minute stand behind those before in an index', async (t) => {
  const names = Array.from({ length: 200 }, (_, at) => newCallUuid(NOW_MS + at * 300, random));
  t.same([...names].sort(), names);
});
