import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createAccount, openStore, type Store, topUp } from '../tenancy/index.ts';

/** A clock that tests move by hand. */
export interface HandClock extends Clock {
  advance(ms: number): void;
}

interface Test {
  testdir(): string;
  teardown(work: () => Promise<void>): void;
}

export interface TestShop {
  readonly store: Store;
  readonly clock: HandClock;
  readonly accountId: number;
}

/** A real database with one account that has so much money (cents). */
export async function openTestShop(t: Test, cents: number, timezone: string | null = null): Promise<TestShop> {
  let now = Date.UTC(2026, 10, 21, 9);
  const clock: HandClock = {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
  // Not in the folder of the test, which is made anew whenever the test asks for one.
  const folder = mkdtempSync(join(tmpdir(), 'didfarm-'));
  const file = join(folder, 'didfarm.db');
  const store = await openStore({ file, secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com', clock });
  t.teardown(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const accountId = await store.write(async (context) => {
    const { id } = await createAccount(context, { name: 'MSP', timezone });
    if (cents > 0) await topUp(context, { accountId: id, amountMicros: cents * 10_000, idempotencyKey: 'opening' });
    return id;
  });
  return { store, clock, accountId };
}
