import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, tempDir } from './temp-dir.ts';
import { until } from './wait.ts';

/** How much of what went over the wire last is told with a failure. */
const TOLD = 6000;

const SCENARIOS = join(import.meta.dirname, '../scenarios');

export interface SippOptions {
  /** File name in test-sip/scenarios without `.xml`. */
  readonly scenario: string;
  /** `host:port` of the product; absent for a side that only waits. */
  readonly remote?: string;
  readonly localAddress: string;
  readonly localPort: number;
  /** @default 1 */
  readonly calls?: number;
  readonly transport?: 'u1' | 't1';
  /** Replaces `{{name}}` in the scenario, where SIPp itself takes no variable (expected statuses). */
  readonly fill?: Readonly<Record<string, string>>;
  /** More lines of every INVITE that the scenario sends. */
  readonly headers?: readonly string[];
  /** `-key name value`, read in the scenario as `[name]`. */
  readonly keys?: Readonly<Record<string, string>>;
  /** `-s`: the user part of the Request-URI. */
  readonly service?: string;
  readonly username?: string;
  readonly password?: string;
  /** Calls a second. @default 10 */
  readonly rate?: number;
  readonly extra?: readonly string[];
  /** Kills it after this long. @default 60000 */
  readonly limitMs?: number;
}

export interface SippResult {
  /** 0: every call went as the scenario says. */
  readonly code: number | null;
  /** What went over the wire. */
  readonly messages: string;
  /** Why it failed, in SIPp's words. */
  readonly errors: string;
}

export interface Sipp {
  readonly done: Promise<SippResult>;
  stop(): void;
}

/** Starts SIPp as a side that waits for calls; resolves when its port is bound. It ends with the test at the latest. */
export async function startSipp(t: Test, options: SippOptions): Promise<Sipp> {
  const sipp = launch(t, options);
  const table = options.transport === 't1' ? '/proc/net/tcp' : '/proc/net/udp';
  const port = options.localPort.toString(16).toUpperCase().padStart(4, '0');
  // Of TCP there are rows of connections from that port, which have ended; 0A is LISTEN.
  const row = new RegExp(
    `^ *\\d+: [0-9A-F]{8}:${port} [0-9A-F]{8}:0000 ${options.transport === 't1' ? '0A' : '07'} `,
    'm',
  );
  let ended: SippResult | undefined;
  void sipp.done.then((result) => {
    ended = result;
  });
  await until('SIPp listens', () => {
    if (ended !== undefined) throw new Error(`SIPp has ended with ${ended.code}: ${ended.errors}`);
    return row.test(readFileSync(table, 'utf8'));
  });
  return sipp;
}

function launch(t: Test, options: SippOptions): Sipp {
  const dir = tempDir(t);
  const scenario = join(dir, 'scenario.xml');
  const messages = join(dir, 'messages');
  const errors = join(dir, 'errors');
  writeFileSync(scenario, fillIn(options));
  const trace = ['-trace_msg', '-message_file', messages, '-trace_err', '-error_file', errors];
  const child = spawn('sipp', [...sippArguments(options), '-sf', scenario, ...trace], { stdio: 'ignore', cwd: dir });
  const stop = () => void child.kill('SIGKILL');
  t.teardown(stop);
  const done = settle(child, messages, errors, options.limitMs ?? 60_000);
  void done.then(({ code, errors: said, messages: heard }) => {
    if (code !== 0) t.comment?.(`SIPp, ${options.scenario}: ended with ${code}: ${said}\n${heard.slice(-TOLD)}`);
  });
  return { done, stop };
}

/** Runs SIPp to its end. */
export function runSipp(t: Test, options: SippOptions): Promise<SippResult> {
  return launch(t, options).done;
}

function fillIn(options: SippOptions): string {
  const text = readFileSync(join(SCENARIOS, `${options.scenario}.xml`), 'utf8');
  const more = (options.headers ?? []).map((line) => `\n${line}`).join('');
  const whole = text.replace(/^INVITE sip:[\s\S]*?^Contact: .*$/gm, (head) => `${head}${more}`);
  return whole.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = options.fill?.[name];
    if (value === undefined) throw new Error(`scenario ${options.scenario} needs a value for ${name}`);
    return value;
  });
}

function sippArguments(options: SippOptions): string[] {
  const keys = Object.entries(options.keys ?? {}).flatMap(([name, value]) => ['-key', name, value]);
  return [
    ...(options.remote === undefined ? [] : [options.remote]),
    ...['-i', options.localAddress, '-p', String(options.localPort), '-t', options.transport ?? 'u1'],
    ...['-m', String(options.calls ?? 1), '-r', String(options.rate ?? 10), '-nostdin', '-timeout_error'],
    ...(options.service === undefined ? [] : ['-s', options.service]),
    ...(options.username === undefined ? [] : ['-au', options.username]),
    ...(options.password === undefined ? [] : ['-ap', options.password]),
    ...keys,
    ...(options.extra ?? []),
  ];
}

async function settle(child: ChildProcess, messages: string, errorFile: string, limitMs: number): Promise<SippResult> {
  let killed = '';
  const killer = setTimeout(() => {
    killed = `killed after ${limitMs / 1000} s; it had sent and heard:\n`;
    child.kill('SIGKILL');
  }, limitMs);
  await once(child, 'exit');
  clearTimeout(killer);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const heard = read(messages);
  const errors = killed === '' ? read(errorFile) : `${killed}${heard.slice(0, 4000)}${read(errorFile)}`;
  return { code: child.exitCode, messages: heard, errors };
}
