import t from 'tap';
import { Corpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import { mutate } from './mutate.ts';
import { randomOf } from './random.ts';

/** Seconds of both slices together, beside the other tests; `npm run fuzz` goes on for as long as one likes. */
const SECONDS = Number(process.env.DIDFARM_FUZZ_SECONDS ?? 60) / 2;
/** The same each time, so that what fails here fails again; `npm run fuzz` and the soak draw another for each run. */
const SEED = Number(process.env.DIDFARM_FUZZ_SEED ?? 20261121);

t.setTimeout(400_000);

t.test('the same seed makes the same messages', (t) => {
  const make = (): string => {
    const corpus = new Corpus();
    return Array.from({ length: 200 }, (_, i) => mutate(corpus.pick(randomOf(7, i)), randomOf(8, i))).join('\n--\n');
  };
  t.equal(make(), make());
  t.end();
});

t.test(`the parser holds against mutated traffic (seed ${SEED})`, async (t) => {
  const report = await fuzz({ seed: SEED, messages: 1_000_000, seconds: SECONDS, target: 'parser' });
  t.strictSame(report.faults, []);
  t.ok(report.messages > 100 && (report.outcomes.accepted ?? 0) > 10, `${report.messages} messages, some accepted`);
  t.ok(Object.keys(report.outcomes).length > 6, 'many kinds of faults were met');
});

t.test(`a live engine holds, and nothing is left behind (seed ${SEED})`, async (t) => {
  const report = await fuzz({ seed: SEED, messages: 1_000_000, seconds: SECONDS, target: 'engine' });
  t.strictSame(report.faults, []);
  t.ok(report.taken > 100 && report.received > 50, `took ${report.taken}, sent ${report.received}`);
});
