import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { FairTurns, type Owner } from './fair-turns.ts';

function open(options = { atOnce: 1, ofOwner: 3, ofAll: 6 }) {
  const turns = new FairTurns(options);
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (owner: Owner, name: string) =>
    turns.run(owner, () => {
      begun.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await setImmediate();
  };
  return { ask, begun, end };
}

t.test('who asks for much waits for himself: every owner has a turn before anybody has his second', async (t) => {
  const { ask, begun, end } = open();
  const asked = [ask(1, 'a1'), ask(1, 'a2'), ask(1, 'a3'), ask(2, 'b1'), ask(null, 'o1')];
  t.same(begun, ['a1']);
  for (const name of ['a1', 'b1', 'o1', 'a2', 'a3']) await end(name);
  t.same(begun, ['a1', 'b1', 'o1', 'a2', 'a3']);
  t.same(await Promise.all(asked), ['a1', 'a2', 'a3', 'b1', 'o1']);
});

t.test('no owner has two under way at a time, and a long one of his holds nobody else up', async (t) => {
  const { ask, begun, end } = open({ atOnce: 2, ofOwner: 3, ofAll: 6 });
  const asked = [ask(1, 'a1'), ask(1, 'a2'), ask(2, 'b1'), ask(3, 'c1')];
  t.same(begun, ['a1', 'b1']);
  await end('b1');
  t.same(begun, ['a1', 'b1', 'c1'], 'a2 waits for a1');
  await end('c1');
  await end('a1');
  await end('a2');
  await Promise.all(asked);
});

t.test('beyond what may wait one is told to come again, and may when something has ended', async (t) => {
  const { ask, end } = open();
  const asked = ['a1', 'a2', 'a3'].map((name) => ask(1, name));
  await t.rejects(ask(1, 'a4'), { code: 'rate_limited', retryAfterSec: 5, message: /3 rehearsals of this account/ });
  asked.push(...['b1', 'b2', 'b3'].map((name) => ask(2, name)));
  await t.rejects(ask(3, 'c1'), { code: 'rate_limited', message: /Too many rehearsals/ });
  await end('a1');
  asked.push(ask(3, 'c1'));
  for (const name of ['b1', 'a2', 'c1', 'b2', 'a3', 'b3']) await end(name);
  await Promise.all(asked);
});

t.test('work that fails gives its place back', async (t) => {
  const turns = new FairTurns({ atOnce: 1, ofOwner: 1, ofAll: 1 });
  await t.rejects(
    turns.run(1, () => Promise.reject(new Error('broken'))),
    { message: 'broken' },
  );
  t.equal(await turns.run(1, async () => 'well'), 'well');
});
