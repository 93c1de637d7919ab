import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { withLastNames } from './names.ts';
import { readStacks, type Stack } from './stacks.ts';

/** Looks a second at what a thread does, on its own processor time; no divisor of what timers use. */
const HERTZ = 2503;

/** Whether perf is there and may be used; says what is missing. */
export function canRecord(): boolean {
  const { status } = spawnSync('perf', ['stat', '-e', 'cpu-clock', 'true'], { stdio: 'ignore' });
  if (status !== 0)
    console.error(
      'stages: needs perf (Debian: apt install linux-perf, as root or with kernel.perf_event_paranoid <= 1)',
    );
  return status === 0;
}

/** Looks at these threads of a process for so long, while `load` runs. */
export async function record(
  dir: string,
  pid: number,
  threads: readonly number[],
  seconds: number,
  load: () => Promise<unknown>,
): Promise<readonly Stack[]> {
  const data = join(dir, 'perf.data');
  const pin = availableParallelism() > 1 ? ['taskset', '-c', '1'] : [];
  const what = ['-e', 'cpu-clock', '-F', String(HERTZ), '-g', '-t', threads.join(',')];
  const [command = 'perf', ...args] = [...pin, 'perf', 'record', ...what, '-o', data, '--', 'sleep', String(seconds)];
  const perf = spawn(command, args, { stdio: 'ignore' });
  await Promise.all([once(perf, 'exit'), load()]);
  const stacks = await withLastNames(pid, () => readStacks(data));
  rmSync(data);
  return stacks;
}
