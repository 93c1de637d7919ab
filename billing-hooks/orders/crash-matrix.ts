import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createAccount, openStore, topUp } from '../../tenancy/index.ts';
import type { CarrierCall } from '../inventory/index.ts';
import { judgeRelease, recoverAndJudge } from './check-crashed-order.ts';

const OPENING = 5_000_000;

/** One way for the carrier to go wrong; several, joined by `+`, go wrong one after the other. */
export interface CrashCase {
  readonly call: CarrierCall | 'none';
  readonly fault: string;
}

export interface CrashResult extends CrashCase {
  readonly killAt: number;
  readonly verdict: string;
}

/** Every await point of a checkout, each killed once: first how many there are, then all of them. */
export async function crashEverywhere(folder: string, { call, fault }: CrashCase): Promise<readonly CrashResult[]> {
  const results: CrashResult[] = [];
  const before = join(folder, 'before');
  await prepare(before);
  for (let killAt = 0, points = 0; killAt <= points; killAt += 1) {
    const place = join(folder, `${call}-${fault}-${killAt}`);
    cpSync(before, place, { recursive: true });
    const printed = await run('checkout-worker.ts', [place, String(killAt), call, fault]);
    if (killAt === 0) points = Number(printed);
    results.push({ call, fault, killAt, verdict: await recoverAndJudge(place, OPENING) });
  }
  return results;
}

/** The same for a number that is given back. */
export async function releaseEverywhere(folder: string, fault: string): Promise<readonly CrashResult[]> {
  const results: CrashResult[] = [];
  const call = fault === 'none' ? 'none' : 'release';
  const bought = join(folder, `bought-${fault}`);
  await prepare(bought);
  await run('checkout-worker.ts', [bought, '0', 'none', 'none']);
  for (let killAt = 0, points = 0; killAt <= points; killAt += 1) {
    const place = join(folder, `release-${fault}-${killAt}`);
    cpSync(bought, place, { recursive: true });
    const printed = await run('release-worker.ts', [place, String(killAt), call, fault]);
    if (killAt === 0) points = Number(printed);
    results.push({ call, fault, killAt, verdict: await judgeRelease(place) });
  }
  return results;
}

async function prepare(place: string): Promise<void> {
  mkdirSync(place, { recursive: true });
  const store = await openStore({ file: join(place, 'didfarm.db'), secretKey: Buffer.alloc(32) });
  await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'Buyer' });
    await topUp(context, { accountId: id, amountMicros: OPENING, idempotencyKey: 'opening' });
  });
  await store.close();
}

async function run(worker: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, worker), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // It begins once for each point: the first, which lives, leaves what it compiled to the others.
    env: { NODE_COMPILE_CACHE: join(dirname(args[0] ?? ''), 'compiled'), ...process.env },
  });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  await once(child, 'close');
  return printed;
}
