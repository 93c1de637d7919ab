import t from 'tap';
import { collectBegun, DONE, OF_BYE, readBegun, sayEnd, sayEnds, UNHEARD } from './begun.ts';

t.test('what a round has begun is read as it was written, by the clock of the machine', async (t) => {
  const begun = collectBegun(1000);
  begun.add(1010, 2.5, DONE);
  begun.add(1020.04, 4000, UNHEARD);
  begun.add(1030, 12, 503);
  const [done, lost, refused] = readBegun(begun.text(), 500_000);
  t.same(done, { beganMs: 500_010, tookMs: 2.5, lastedMs: 2.5, ended: DONE });
  t.same(lost, { beganMs: 500_020, tookMs: undefined, lastedMs: 4000, ended: UNHEARD });
  t.same(refused, { beganMs: 500_030, tookMs: undefined, lastedMs: 12, ended: 503 });
});

t.test('only what did not fail has taken a time', async (t) => {
  const begun = collectBegun(0);
  begun.add(1, 30, DONE);
  begun.add(2, 4000, OF_BYE);
  begun.add(3, 10, DONE);
  t.same([...begun.tookMs()], [10, 30]);
});

t.test('the clock of the machine is that of every process on it', async (t) => {
  const ownMs = performance.now();
  const earliestMs = Number(process.hrtime.bigint()) / 1e6;
  const { startMs } = collectBegun(ownMs);
  const latestMs = Number(process.hrtime.bigint()) / 1e6;
  t.ok(
    startMs <= earliestMs + 0.001 && startMs > earliestMs - (latestMs - earliestMs) - 1000,
    `${startMs - earliestMs} ms`,
  );
});

t.test('how something ended is said in words', async (t) => {
  const said = (ended: number, lastedMs: number) =>
    sayEnd({ beganMs: 0, tookMs: ended === DONE ? lastedMs : undefined, lastedMs, ended });
  t.equal(said(DONE, 612.3), 'done after 612 ms');
  t.equal(said(503, 3), 'answered with 503 after 3 ms');
  t.equal(said(UNHEARD, 4010), 'unanswered after 4010 ms');
  t.equal(said(OF_BYE + UNHEARD, 4010), 'BYE unanswered after 4010 ms');
  t.equal(said(OF_BYE + 481, 20), 'BYE answered with 481 after 20 ms');
});

t.test('how many ended how is said with the most first', async (t) => {
  const begun = collectBegun(0);
  for (const ended of [503, DONE, 503, UNHEARD, 503, DONE]) begun.add(1, 2, ended);
  t.equal(sayEnds(readBegun(begun.text())), '3 answered with 503, 2 done, 1 unanswered');
});
