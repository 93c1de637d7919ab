import t from 'tap';
import { msToBeat, onTheBeat } from './on-the-beat.ts';

t.test(
  'beats of different beginnings fall into the same millisecond, and one that is early does not beat twice',
  (t) => {
    const beatAfter = (everyMs: number, nowMs: number) => nowMs + msToBeat(everyMs, nowMs);
    for (const nowMs of [1000.1, 1001, 1123.6, 1248.9]) {
      const atMs = beatAfter(250, nowMs);
      t.ok(atMs > 1249 && atMs <= 1250, `from ${nowMs}: ${atMs}`);
    }
    for (const early of [1249.1, 1249.9, 1250])
      t.equal(msToBeat(250, early), 250, `it was meant by the timer of ${early}`);
    t.equal(beatAfter(1000, 760), 1000, 'a second is four quarters');
    t.end();
  },
);

t.test('what is on the beat is done again and again until it is ended', async (t) => {
  // Beats keep no process alive.
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => clearInterval(alive));
  const beatsOf = (count: number) => {
    let beats = 0;
    return new Promise<() => number>((resolve) => {
      const end = onTheBeat(5, () => {
        beats += 1;
        if (beats !== count) return;
        end();
        resolve(() => beats);
      });
    });
  };
  const ended = await beatsOf(3);
  await beatsOf(3);
  t.equal(ended(), 3, 'while another beats on, it does not');
});
