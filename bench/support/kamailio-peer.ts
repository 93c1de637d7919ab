import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import openDatabase from 'better-sqlite3';
import { freePort } from '../../test-sip/support/ports.ts';
import { cpuMs } from './cpu.ts';
import type { Server } from './turns.ts';
import type { OnEnd } from './work-dir.ts';

/** `calls`: a dialog-counting proxy; `memory` and `sqlite`: a registrar with its credentials there. */
export type KamailioKind = 'calls' | 'memory' | 'sqlite';

interface Options {
  readonly onEnd: OnEnd;
  readonly kind: KamailioKind;
  /** Lines `user,realm,password`. */
  readonly csv: string;
  /** Lines `did,user,realm`. */
  readonly dids?: string;
}

export interface KamailioPeer extends Server {
  readonly port: number;
  /** CPU time of all its processes in ms. */
  cpuMs(): number;
}

const CONFIG = join(import.meta.dirname, 'kamailio.cfg');
const MODULES = '/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/';
/** A call's transactions live 5 s after its end: memory for as many as are carried in that time. */
const SHARED_MIB = { calls: 2560, memory: 512, sqlite: 512 };

/** Debian's Kamailio with one UDP worker on the servers' core, with the accounts of the product beside it. */
export async function startKamailioPeer({ onEnd, kind, csv, dids }: Options): Promise<KamailioPeer> {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-kamailio-'));
  const database = join(dir, 'data.db');
  writeTables(database, csv, dids);
  const port = await freePort();
  const pin = availableParallelism() > 1 ? ['taskset', '-c', '0'] : [];
  const memory = ['-m', String(SHARED_MIB[kind]), '-M', '32'];
  // `qm`, Debian's default allocator, walks its free lists: four times the CPU of `fm`. `fm` walks them as well when what
  // calls have left in shared memory is joined: its timer process then holds the lock, and a call costs three times as much.
  const allocator = ['-X', 'fm', '-x', 'tlsf'];
  // As much waits for it as for the product: by itself it stops at 256 KB, and a stall loses datagrams.
  const receiveBuffer = ['-b', String(4 << 20)];
  const defines = ['-A', `DBURL="sqlite:///${database}"`, '-A', `WITH_${kind.toUpperCase()}`];
  const [command = 'kamailio', ...args] = [
    ...[...pin, 'kamailio', '-DD', '-E', '-f', CONFIG, '-L', MODULES, '-Y', dir, '-w', dir],
    ...[...memory, ...allocator, ...receiveBuffer, ...defines, '-l', `udp:127.0.0.1:${port}`],
  ];
  // The main process and its workers are a group of their own.
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-2000);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('kamailio is not installed: npm run setup:test');
  onEnd(() => {
    if (child.exitCode === null) process.kill(-pid, 'SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  await answers(
    port,
    () => child.exitCode !== null,
    () => said,
  );
  const pids = () => family(pid);
  return { port, pids, cpuMs: () => pids().reduce((sum, one) => sum + cpuMs(one), 0) };
}

/** What its htables and auth_db read. */
function writeTables(file: string, csv: string, dids: string | undefined): void {
  const db = openDatabase(file);
  db.pragma('journal_mode = WAL');
  db.exec(
    'CREATE TABLE subscriber (id INTEGER PRIMARY KEY, username TEXT, domain TEXT, ha1 TEXT, UNIQUE (username, domain))',
  );
  for (const table of ['credentials', 'did']) {
    db.exec(
      `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, key_name TEXT, key_type INTEGER DEFAULT 0, value_type INTEGER DEFAULT 0, key_value TEXT, expires INTEGER DEFAULT 0)`,
    );
  }
  const subscriber = db.prepare('INSERT INTO subscriber (username, domain, ha1) VALUES (?, ?, ?)');
  const credential = db.prepare('INSERT INTO credentials (key_name, key_value) VALUES (?, ?)');
  const did = db.prepare('INSERT INTO did (key_name, key_value) VALUES (?, ?)');
  db.exec('BEGIN');
  for (const [user = '', realm = '', password = ''] of rows(csv)) {
    const ha1 = hash('md5', `${user}:${realm}:${password}`);
    subscriber.run([user, realm, ha1]);
    credential.run([`${user}@${realm}`, ha1]);
  }
  for (const [number = '', user = '', realm = ''] of dids === undefined ? [] : rows(dids)) {
    did.run([number, `${user}@${realm}`]);
  }
  db.exec('COMMIT');
  db.close();
}

function rows(file: string): readonly (readonly string[])[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
}

/** Until it answers OPTIONS. */
async function answers(port: number, hasEnded: () => boolean, said: () => string): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const heard = once(socket, 'message');
  const local = `127.0.0.1:${socket.address().port}`;
  const ask = setInterval(() => {
    socket.send(
      `OPTIONS sip:127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP ${local};branch=z9hG4bK-up\r\nMax-Forwards: 70\r\n` +
        `From: <sip:bench@${local}>;tag=up\r\nTo: <sip:127.0.0.1>\r\nCall-ID: up@${local}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
      port,
      '127.0.0.1',
    );
  }, 100);
  try {
    const ended = new Promise<never>((_, reject) => {
      const watch = setInterval(() => {
        if (!hasEnded()) return;
        clearInterval(watch);
        reject(new Error(`kamailio did not start: ${said()}`));
      }, 100);
      heard.finally(() => clearInterval(watch)).catch(() => undefined);
    });
    await Promise.race([heard, ended]);
  } finally {
    clearInterval(ask);
    socket.close();
  }
}

/** A process and those it has started. */
function family(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ')).flatMap((child) => family(Number(child)))];
}
