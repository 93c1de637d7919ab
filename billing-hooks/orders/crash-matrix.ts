import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createAccount, openStore, topUp } from '../../tenancy/index.ts';
import type { CarrierCall } from '../inventory/index.ts';
import { recoverAndJudge } from './check-crashed-order.ts';

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
  for (let killAt = 0, points = 0; killAt <= points; killAt += 1) {
    const place = join(folder, `${call}-${fault}-${killAt}`);
    await prepare(place);
    const printed = await run([place, String(killAt), call, fault]);
    if (killAt === 0) points = Number(printed);
    results.push({ call, fault, killAt, verdict: await recoverAndJudge(place, OPENING) });
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

async function run(args: readonly string[]): Promise<string> {
  const worker = join(import.meta.dirname, 'checkout-worker.ts');
  const child = spawn(process.execPath, [worker, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
  });
  await once(child, 'close');
  return printed;
}
