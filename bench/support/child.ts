import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Of V8, by script. The PBXes that register used to keep objects which grew old: V8's four helpers that mark the old took the
 * generator's core 4 ms at a time in turns, for 40 ms, and what was due meanwhile came to the server at once. So: no helpers, and room
 * for what a round leaves behind. The buffers that dgram has read into are ended by each collection of the young, one by one: semi-spaces
 * of 16 MiB have half a millisecond of them, those of 128 had several.
 *
 * The caller who has read 1,000,000 numbers had all its objects marked every second, for 10 to 15 ms, by which one call in a hundred
 * seemed to wait for the server.
 */
const NO_HELPERS = ['--single-threaded-gc', '--initial-old-space-size=1024'];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'bench/load/register-load.ts': [...NO_HELPERS, '--min-semi-space-size=16', '--max-semi-space-size=16'],
  'bench/load/call-load.ts': NO_HELPERS,
};

/** Servers on the first core, generators on the second, where there are two; `any`: wherever the system puts them. */
export type Core = 'server' | 'generator' | 'any';

export interface Child {
  readonly pid: number;
  /** The next line of standard output that starts with `{`, parsed. */
  nextJson(): Promise<Record<string, number | string>>;
  /** Writes one line of JSON to its standard input and waits for the one it answers with. */
  ask(question: object): Promise<Record<string, number | string>>;
  stop(): Promise<void>;
}

/** Starts a TypeScript file of ours, pinned to its core. */
export function startScript(
  core: Core,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const pin = availableParallelism() > 1 && core !== 'any' ? ['taskset', '-c', cpusOf(core)] : [];
  const flags = FLAGS[script] ?? [];
  const [command = process.execPath, ...rest] = [...pin, process.execPath, ...flags, join(ROOT, script), ...args];
  const child = spawn(command, rest, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.pid === undefined) throw new Error(`cannot start ${command}`);
  return wrap(child, child.pid);
}

/** Puts a process that is already running there, all its threads. */
export function moveTo(core: Core, pid: number): void {
  if (availableParallelism() < 2) return;
  execFileSync('taskset', ['-a', '-c', '-p', cpusOf(core), String(pid)], { stdio: 'ignore' });
}

function cpusOf(core: Core): string {
  return { server: '0', generator: '1', any: `0-${availableParallelism() - 1}` }[core];
}

function wrap(child: ChildProcess, pid: number): Child {
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next(line);
    });
  }
  const ended = once(child, 'exit');
  const nextJson = async () => {
    const line =
      lines.shift() ?? (await Promise.race([new Promise<string>((resolve) => waiting.push(resolve)), failure(ended)]));
    return JSON.parse(line) as Record<string, number | string>;
  };
  return {
    pid,
    nextJson,
    ask(question) {
      child.stdin?.write(`${JSON.stringify(question)}\n`);
      return nextJson();
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

async function failure(ended: Promise<unknown[]>): Promise<never> {
  const [code] = await ended;
  throw new Error(`a child ended with ${String(code)} before it had said what was waited for`);
}
