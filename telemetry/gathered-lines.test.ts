import t from 'tap';
import { GatheredLines } from './gathered-lines.ts';

function targetOf(written: string[]) {
  const flushed: (() => void)[] = [];
  const target = {
    write: (text: string) => void written.push(text),
    flush: (done: () => void) => void flushed.push(done),
  };
  return { target, flushed };
}

t.test('lines that come close together are written as one text', async (t) => {
  // Nobody else keeps the test alive meanwhile: lines that wait keep no process from ending.
  const alive = setInterval(() => undefined, 60_000);
  t.teardown(() => clearInterval(alive));
  const first = Promise.withResolvers<string>();
  const lines = new GatheredLines({ ...targetOf([]).target, write: first.resolve }, 5);
  lines.write('a\n');
  lines.write('b\n');
  t.equal(await first.promise, 'a\nb\n');
});

t.test('a flush writes what waits, and is over when the target says so', async (t) => {
  const written: string[] = [];
  const { target, flushed } = targetOf(written);
  const lines = new GatheredLines(target, 60_000);
  lines.write('a\n');
  t.same(written, []);
  let isOver = false;
  lines.flush(() => {
    isOver = true;
  });
  t.same(written, ['a\n']);
  t.equal(isOver, false);
  for (const done of flushed) done();
  t.equal(isOver, true);
  lines.flush(() => undefined);
  t.same(written, ['a\n'], 'nothing is written twice');
});

t.test('a burst is written without waiting', async (t) => {
  const written: string[] = [];
  const lines = new GatheredLines(targetOf(written).target, 60_000);
  for (let i = 0; i < 1001; i++) lines.write(`${i}\n`);
  t.equal(written.length, 2);
  t.equal(written.join('').split('\n').length, 1001);
});
