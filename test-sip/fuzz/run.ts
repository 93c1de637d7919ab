import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.ts';

const USAGE = 'npm run fuzz -- [--messages N] [--seed S] [--seconds T] [--target parser|engine]';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(randomInt(1 << 30)) },
    seconds: { type: 'string' },
    target: { type: 'string', default: 'engine' },
    help: { type: 'boolean', default: false },
  },
});

const messages = Number(values.messages);
const seed = Number(values.seed);
const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
const { target } = values;

if (values.help || !(messages > 0) || !Number.isInteger(seed) || (target !== 'parser' && target !== 'engine')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}

process.stdout.write(
  `seed ${seed}: the same run again with --seed ${seed} --messages ${messages} --target ${target}\n`,
);
const startedMs = performance.now();
const report = await fuzz({
  seed,
  messages,
  target,
  ...(seconds === undefined ? {} : { seconds }),
  onProgress: (count) => process.stdout.write(`${count} messages\n`),
});
const tookSec = (performance.now() - startedMs) / 1000;

for (const [outcome, count] of Object.entries(report.outcomes).sort((a, b) => b[1] - a[1])) {
  process.stdout.write(`  ${outcome.padEnd(20)} ${count}\n`);
}
process.stdout.write(`  back: ${JSON.stringify(report.seen)}\n`);
process.stdout.write(
  `${report.messages} messages in ${tookSec.toFixed(1)} s; engine took ${report.taken}, sent ${report.received}; ` +
    `heap ${report.heapRatio.toFixed(3)} of its size; ${report.faults.length} faults\n`,
);
for (const fault of report.faults) process.stdout.write(`FAULT ${fault}\n`);
process.exit(report.faults.length === 0 ? 0 : 1);
