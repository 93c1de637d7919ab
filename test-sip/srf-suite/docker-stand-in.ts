import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

// Stands for `docker run [--rm] [--net N] [--name NAME] [-v HOST:INSIDE] IMAGE sipp ARG…`: the system's sipp at an
// address of its own.
const runDir = process.env.SRF_SUITE_RUN ?? '';
const { name, args } = readArguments(process.argv.slice(2));
const address = takeAddress();
if (name !== '') appendFileSync('/etc/hosts', `${address} ${name}\n`);
const own = ['-bind_local', '-i', address, '-mi', address, '-p', '5060'];
const log = join(runDir, `sipp-${basename(args[1] ?? '')}-${process.pid}.err`);
const sipp = spawn('sipp', [...own, '-trace_err', '-error_file', log, ...args], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
sipp.on('close', (code) => {
  if (name !== '') forgetName();
  rmSync(lockOf(address), { recursive: true });
  process.exit(code ?? 1);
});

function readArguments(argv: readonly string[]): { readonly name: string; readonly args: readonly string[] } {
  const sippAt = argv.indexOf('sipp');
  if (argv[0] !== 'run' || sippAt < 0) throw new Error(`not understood: docker ${argv.join(' ')}`);
  const nameAt = argv.indexOf('--name');
  const scenarios = join(runDir, 'scenarios');
  return {
    name: nameAt > 0 && nameAt < sippAt ? (argv[nameAt + 1] ?? '') : '',
    args: argv.slice(sippAt + 1).map((arg) => arg.replace(/^\/tmp\/scenarios(?=\/)/, scenarios)),
  };
}

/** As Docker does: the lowest free one. Making a folder is the lock. */
function takeAddress(): string {
  for (let last = 2; last <= 9; last++) {
    const free = `172.29.0.${last}`;
    try {
      mkdirSync(lockOf(free));
      return free;
    } catch {
      // Taken.
    }
  }
  throw new Error('no free address');
}

function lockOf(taken: string): string {
  return join(runDir, `taken-${taken}`);
}

function forgetName(): void {
  const kept = readFileSync('/etc/hosts', 'utf8')
    .split('\n')
    .filter((line) => line !== `${address} ${name}`);
  writeFileSync('/etc/hosts', kept.join('\n'));
}
