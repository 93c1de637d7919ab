import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  /** Names of failed tests, with what the file printed after them. */
  readonly failures: readonly string[];
}

/** Most files only wait for their own time limit after a failure; a good one is silent for 35 s at most. */
const QUIET_MS = 45_000;
const EXIT_MS = 5_000;
const FILE_MS = 200_000;

/** Runs one test file of the suite in a process of its own and reads its TAP output. */
export function runFile(file: string, suiteRoot: string, env: NodeJS.ProcessEnv): Promise<FileResult> {
  const child = spawn(process.execPath, [`test/${file}`], {
    cwd: suiteRoot,
    env: { ...env, NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const failures: string[] = [];
  let passed = 0;
  const kill = (): boolean => child.kill('SIGKILL');
  const limit = setTimeout(kill, FILE_MS);
  let quiet: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, not, title] = /^(not )?ok \d+ ?-? ?(.*)$/.exec(line) ?? [];
    const isPlan = /^1\.\.\d+$/.test(line);
    if (title !== undefined && not === undefined) passed++;
    else if (title !== undefined) failures.push(title);
    else if (failures.length > 0 && failures.length < 20 && !isPlan) failures.push(`  ${line}`);
    clearTimeout(quiet);
    if (isPlan || failures.length > 0) quiet = setTimeout(kill, isPlan ? EXIT_MS : QUIET_MS);
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(limit);
      clearTimeout(quiet);
      resolve({ file, passed, failures });
    });
  });
}
