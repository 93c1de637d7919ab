import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { openStore, type Store } from './open-store.ts';

/** A clock that tests move by hand. */
export interface HandClock extends Clock {
  advance(ms: number): void;
}

export function handClock(startMs = Date.UTC(2026, 10, 21)): HandClock {
  let now = startMs;
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

interface Test {
  testdir(): string;
  teardown(work: () => Promise<void>): void;
}

/** A real SQLite file in a fresh folder, closed at the end of the test. */
export async function openTestStore(t: Test, clock: Clock = handClock()): Promise<Store> {
  // Not in the folder of the test, which is made anew whenever the test asks for one.
  const folder = mkdtempSync(join(tmpdir(), 'didfarm-'));
  const store = await openStore({
    file: join(folder, 'didfarm.db'),
    secretKey: randomBytes(32),
    platformRealm: 'sip.didfarm.com',
    clock,
  });
  t.teardown(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  return store;
}
