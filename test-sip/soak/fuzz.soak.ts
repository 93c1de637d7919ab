import { randomInt } from 'node:crypto';
import t from 'tap';
import { fuzz } from '../fuzz/fuzz.ts';

const MESSAGES = 1_000_000;

t.test('a million mutated messages: no crash, nothing stuck, the heap as it was', { timeout: 3_600_000 }, async (t) => {
  const seed = Number(process.env.DIDFARM_FUZZ_SEED ?? randomInt(1 << 30));
  const report = await fuzz({ seed, messages: MESSAGES });
  t.comment(`seed ${seed}: engine took ${report.taken}, sent ${report.received}; heap ${report.heapRatio.toFixed(3)}`);
  t.same(report.faults, [], `DIDFARM_FUZZ_SEED=${seed} repeats it`);
  t.equal(report.messages, MESSAGES);
});
