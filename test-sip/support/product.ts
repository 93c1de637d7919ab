import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDrachtio } from './drachtio.ts';
import { collectOutput, parseLines } from './output.ts';
import { freePort } from './ports.ts';
import { type Test, tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Arguments of `env` that keep the test runner's own preloads out of the product. */
export const OWN_PROCESS = ['-u', 'NODE_OPTIONS'];
/** Generous, for a loaded machine; a start takes about a second. */
const START_LIMIT_MS = 90_000;
/** Within this an answer over HTTP comes, and the end after a signal, or they never do. */
const LIMIT_MS = 60_000;
/**
 * For a connection of each question's own: one that is kept is closed by the product when nothing is asked for seconds, and
 * a test that stood still meanwhile would ask on it before it hears of that.
 */
const OWN_CONNECTION = { connection: 'close' };
/** How much of what the product has said is shown with a test that fails. */
const TOLD_LINES = 40;

export interface DemoTrunk {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  readonly max_in: number | null;
  readonly dids: readonly string[];
}

export interface Demo {
  readonly api: string;
  readonly metrics: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly operator_key: string;
  readonly carrier: { readonly source: string; readonly gateway: string };
  readonly accounts: readonly {
    readonly id: number;
    readonly name: string;
    readonly api_key: string;
    readonly test_api_key: string;
    readonly trunks: readonly DemoTrunk[];
  }[];
}

export interface Product {
  readonly pid: number;
  readonly demo: Demo;
  readonly dataDir: string;
  readonly sipPort: number;
  readonly httpPort: number;
  /** The environment it was started with, to start it again. */
  readonly env: Readonly<Record<string, string>>;
  trunk(name: string): DemoTrunk;
  /** Everything it has printed so far. */
  output(): string;
  /** The log lines so far, parsed; others are left out. */
  log(): readonly Record<string, unknown>[];
  metric(line: string): Promise<number | undefined>;
  /** With the operator's key unless told otherwise. @throws {Error} on 429, which says nothing of what was asked. */
  api(method: string, path: string, body?: unknown, key?: string): Promise<{ status: number; body: unknown }>;
  /** The key of that account, flagged for bulk: a test that polls asks more often than 60 times a minute. */
  bulkKey(account: string): Promise<string>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** As `npm start` has it: most of a start is reading the code. */
const COMPILE_CACHE = join(ROOT, 'node_modules/.cache/didfarm');

/** Starts the product as a user would, on free loopback ports, with the demo world; it ends with the test. `flags` are V8's. */
export async function startProduct(
  t: Test,
  settings: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): Promise<Product> {
  const sipPort = Number(settings.DIDFARM_SIP_PORT ?? (await freePort()));
  const env = {
    DIDFARM_DATA_DIR: settings.DIDFARM_DATA_DIR ?? tempDir(t),
    DIDFARM_SIP_HOST: '127.0.0.1',
    DIDFARM_SIP_PORT: String(sipPort),
    DIDFARM_HTTP_PORT: String(await freePort()),
    DIDFARM_METRICS_PORT: String(await freePort()),
    // A SIPp scenario takes a probe for its call; tests of probing have settings of their own.
    ...(settings.DIDFARM_CONFIG === undefined ? { DIDFARM_PROBE_INTERVAL_SEC: '0' } : {}),
    ...(await startDrachtio(t, sipPort)),
    ...settings,
  };
  const child = spawn('env', [...OWN_PROCESS, process.execPath, '--max-semi-space-size=16', ...flags, 'server.ts'], {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const product = describe(child, env, collectOutput(child.stdout, child.stderr));
  t.teardown(() => {
    if (t.passing?.() === false) t.comment?.(`the product's last words:\n${lastLines(product.output())}`);
    return product.stop('SIGKILL');
  });
  await untilHealthy(child, Number(env.DIDFARM_HTTP_PORT), product.output);
  return product;
}

function lastLines(text: string): string {
  return text.split('\n').slice(-TOLD_LINES).join('\n');
}

async function untilHealthy(child: ChildProcess, httpPort: number, output: () => string): Promise<void> {
  const isHealthy = async () => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the product ended with ${child.exitCode ?? child.signalCode}:\n${output()}`);
    const signal = AbortSignal.timeout(LIMIT_MS);
    const init = { signal, headers: OWN_CONNECTION };
    const response = await fetch(`http://127.0.0.1:${httpPort}/healthz`, init).catch(() => undefined);
    return response?.status === 200;
  };
  await until('the product is healthy', isHealthy, START_LIMIT_MS).catch((error: Error) => {
    throw new Error(`${error.message}\n${output()}`);
  });
}

function describe(child: ChildProcess, env: Readonly<Record<string, string>>, output: () => string): Product {
  const dataDir = env.DIDFARM_DATA_DIR ?? '';
  const readDemo = () => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo;
  // Not `exit`: after it there may be last words that nobody has read yet.
  const ended = once(child, 'close');
  const bulk = new Map<string, Promise<string>>();
  return {
    pid: child.pid ?? 0,
    get demo() {
      return readDemo();
    },
    dataDir,
    sipPort: Number(env.DIDFARM_SIP_PORT),
    httpPort: Number(env.DIDFARM_HTTP_PORT),
    env,
    trunk(name) {
      const trunks = readDemo().accounts.flatMap((account) => account.trunks);
      const found = trunks.find((trunk) => trunk.name === name);
      if (found === undefined) throw new Error(`the demo world has no trunk ${name}`);
      return found;
    },
    output,
    log: () => parseLines(output()),
    metric: async (line) => findMetric(await page(`http://127.0.0.1:${env.DIDFARM_METRICS_PORT}/metrics`), line),
    api: (method, path, body, key) => callApi(readDemo(), method, path, body, key),
    bulkKey(account) {
      const key = bulk.get(account) ?? bulkKey(readDemo(), account);
      bulk.set(account, key);
      return key;
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await orFail(ended, () => `the product goes on after ${signal}:\n${output()}`);
      return { code: child.exitCode, signal: child.signalCode };
    },
  };
}

async function page(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(LIMIT_MS), headers: OWN_CONNECTION });
  return response.text();
}

/** What a test waits for, or an error that says what there was instead. */
async function orFail<T>(awaited: Promise<T>, story: () => string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const limit = setTimeout(() => reject(new Error(story())), LIMIT_MS);
  return Promise.race([awaited, promise]).finally(() => clearTimeout(limit));
}

function findMetric(page: string, name: string): number | undefined {
  const line = page.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

async function bulkKey(demo: Demo, name: string): Promise<string> {
  const account = demo.accounts.find((candidate) => candidate.name === name);
  if (account === undefined) throw new Error(`the demo world has no account ${name}`);
  const { status, body } = await callApi(demo, 'PATCH', `/accounts/${account.id}`, { bulk: true });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return account.api_key;
}

async function callApi(demo: Demo, method: string, path: string, body: unknown, key = demo.operator_key) {
  const headers = {
    ...OWN_CONNECTION,
    authorization: `Bearer ${key}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const signal = AbortSignal.timeout(LIMIT_MS);
  const init = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(`${demo.api}${path}`, init);
  const text = await response.text();
  if (response.status === 429) throw new Error(`${method} ${path}: asked too often: ${text}`);
  return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
