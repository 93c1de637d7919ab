import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../test-sip/support/ports.ts';
import type { Bench } from './support/report.ts';
import { seedProduct } from './support/seed.ts';
import { inWorkDir } from './support/work-dir.ts';

const TRUNKS = 10;
const ROOT = join(import.meta.dirname, '..');

interface Sums {
  calls: number;
  cpuUs: number;
  allocated: number;
  promoted: number;
}

/**
 * What one call costs the SIP thread, its peers in the same thread in place of sockets (call-cost-peers.ts) and their
 * own part taken off: bytes that it allocates, bytes of it that survive two collections of the young, microseconds. The
 * bytes are the same on a busy machine. `BENCH_CALLS`: how many (1,500).
 */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const product = await startWithPeers(dir, await seedProduct(dir, TRUNKS));
    onEnd(() => product.kill('SIGKILL'));
    const output = await outputOf(product);
    const [call, peersOnly] = ['product', 'peers'].map((name) => sumsOf(output, name)) as [Sums, Sums];
    const figure = (name: string, field: 'allocated' | 'promoted' | 'cpuUs', unit: string) => {
      const perCall = (sums: Sums) => (field === 'cpuUs' ? sums.cpuUs : sums[field] / sums.calls);
      return { name, value: perCall(call) - perCall(peersOnly), unit, isRatio: true };
    };
    return [
      figure('allocated_per_call', 'allocated', 'B'),
      figure('promoted_per_call', 'promoted', 'B'),
      figure('cpu_per_call', 'cpuUs', 'us'),
    ];
  });

async function startWithPeers(dir: string, users: string): Promise<ChildProcess> {
  const peers = new URL('load/call-cost-peers.ts', import.meta.url);
  const env = {
    DIDFARM_DATA_DIR: join(dir, 'data'),
    DIDFARM_RATE_LIMITS: 'off',
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_SIP_PORT: String(await freePort()),
    DIDFARM_HTTP_PORT: String(await freePort()),
    DIDFARM_METRICS_PORT: String(await freePort()),
    DIDFARM_PROBE_INTERVAL_SEC: '0',
    BENCH_PEERS_USERS: users,
    BENCH_PEERS_DIDS: join(dir, 'dids.csv'),
    BENCH_PEERS_CALLS: process.env.BENCH_CALLS ?? '1500',
  };
  return spawn(process.execPath, ['--max-semi-space-size=16', `--import=${peers.href}`, 'server.ts'], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Everything it has printed once the last round is over. */
async function outputOf(product: ChildProcess): Promise<string> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  product.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.includes('"ends":"all"')) resolve(output);
    const fault = /"callCost":\{"error":.*/.exec(text)?.[0];
    if (fault !== undefined) reject(new Error(fault));
  });
  once(product, 'exit').then(() => reject(new Error(`the product ended:\n${output}`)), reject);
  return promise;
}

/** Of one round: what its last line says, and the collections of the young of the SIP thread in it. */
function sumsOf(output: string, name: string): Sums {
  const [, round = ''] = output.split(`{"callCost":{"begins":"${name}"}}`);
  const [traces = '', end = ''] = round.split(`{"callCost":{"ends":"${name}",`);
  const last = JSON.parse(`{${end.slice(0, end.indexOf('}'))}}`) as { readonly calls: number; readonly cpuUs: number };
  const sums = { ...last, allocated: 0, promoted: 0 };
  for (const trace of byThread(traces)) {
    sums.allocated += numberOf(trace, 'allocated');
    if (trace.includes(' gc=s ')) sums.promoted += numberOf(trace, 'promoted');
  }
  return sums;
}

/** V8's traces of the thread that collected most often, which is the one that is called. */
function byThread(output: string): readonly string[] {
  const threads = new Map<string, string[]>();
  for (const line of output.split('\n')) {
    const thread = / gc=/.test(line) ? /^\[\d+:(0x[0-9a-f]+):/.exec(line)?.[1] : undefined;
    if (thread !== undefined) threads.set(thread, [...(threads.get(thread) ?? []), line]);
  }
  return [...threads.values()].reduce((most, some) => (some.length > most.length ? some : most), []);
}

function numberOf(trace: string, name: string): number {
  return Number(new RegExp(` ${name}=(\\d+)`).exec(trace)?.[1] ?? 0);
}
