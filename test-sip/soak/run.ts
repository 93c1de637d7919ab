import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';
import { SOAK_RUNS, type SoakRun } from './runs.ts';

const ROOT = join(import.meta.dirname, '../..');

/** `npm run soak [name…]`: the runs named, or all, one after the other; status 1 when one of them failed. */
const names = process.argv.slice(2);
const unknown = names.filter((name) => !SOAK_RUNS.some((run) => run.name === name));
if (unknown.length > 0) {
  const known = SOAK_RUNS.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join('\n');
  process.stderr.write(`soak: there is no ${unknown.join(', ')}; there are\n${known}\n`);
  process.exit(2);
}
const results: string[] = [];
let hasFailed = false;
for (const run of SOAK_RUNS.filter(({ name }) => names.length === 0 || names.includes(name))) {
  process.stdout.write(`\n== ${run.name}: ${run.what}\n`);
  const startedMs = performance.now();
  const status = await execute(run);
  hasFailed ||= status !== 0;
  const tookSec = ((performance.now() - startedMs) / 1000).toFixed(0);
  results.push(`${status === 0 ? 'passed' : 'FAILED'}  ${run.name.padEnd(18)} ${tookSec} s`);
}
process.stdout.write(`\n${results.join('\n')}\n`);
process.exit(hasFailed ? 1 : 0);

async function execute({ command: [program = 'node', ...args], env }: SoakRun): Promise<number> {
  const path = [join(ROOT, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
  const file = program === 'node' ? process.execPath : program;
  const child = spawn(file, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env, PATH: path } });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status ?? 1;
}
