import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FileResult } from './run-file.ts';

const PROGRAMS = ['sipp', 'ip', 'unshare', 'mount'];

/** Network, mounts and processes of its own; without root through a user namespace. */
function unshareArguments(): readonly string[] {
  const own = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  return process.getuid?.() === 0 ? own : ['--user', '--map-root-user', ...own];
}

/** Why the suite cannot run on this machine, in one line; `undefined` when it can. */
export function obstacle(): string | undefined {
  for (const program of PROGRAMS) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      return `${program} is missing: run npm run setup:test`;
    }
  }
  const suite = createRequire(fileURLToPath(import.meta.resolve('drachtio-srf')));
  for (const name of ['tape', 'config']) {
    try {
      suite.resolve(name);
    } catch {
      return `the npm package ${name}, which the suite needs, is not installed`;
    }
  }
  try {
    execFileSync('unshare', [...unshareArguments(), 'true'], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n')[0] : '';
    return `namespaces cannot be made here (root or user namespaces are needed): ${said}`;
  }
}

/** Runs the suite in namespaces of its own; calls back with each file's result. Resolves with the exit status. */
export async function runInside(runDir: string, onResult: (result: FileResult) => void): Promise<number> {
  const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
  const child = spawn('unshare', [...unshareArguments(), process.execPath, inside, runDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => onResult(JSON.parse(line) as FileResult));
  const [status] = await once(child, 'close');
  return Number(status);
}
