import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Product, startProduct } from '../../test-sip/support/product.ts';
import { moveTo } from './child.ts';
import { seedProduct } from './seed.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Has something done when the bench is over. */
export type OnEnd = (end: () => unknown) => void;

/** Runs a bench in a directory of its own; what it started ends with it, the last one first, also when it is interrupted. */
export async function inWorkDir<T>(work: (dir: string, onEnd: OnEnd) => Promise<T>): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'didfarm-bench-'));
  const ends: (() => unknown)[] = [];
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const interrupt = (signal: string) => reject(new Error(`ended by ${signal}`));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    return await Promise.race([work(dir, (end) => ends.unshift(end)), interrupted]);
  } finally {
    for (const end of ends) await end();
    for (const signal of SIGNALS) process.removeListener(signal, interrupt);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A directory in that of the bench, for one server of several. */
export function dirIn(dir: string, name: string): string {
  const own = join(dir, name);
  mkdirSync(own);
  return own;
}

export interface SeededProduct {
  readonly product: Product;
  /** `user,realm,password` of its trunks. */
  readonly csv: string;
  readonly settings: Readonly<Record<string, string>>;
}

interface SeedOptions {
  /** Of the environment, beside those of every bench. */
  readonly settings?: Readonly<Record<string, string>>;
  /** On the servers' core. @default true */
  readonly pinned?: boolean;
  /** Sees the data before the product does. */
  readonly prepare?: ((dir: string) => void) | undefined;
  /** Of V8. */
  readonly flags?: readonly string[];
}

/** The product with so many trunks. */
export async function startSeeded(
  dir: string,
  onEnd: OnEnd,
  trunks: number,
  { settings: more, pinned = true, prepare, flags }: SeedOptions = {},
): Promise<SeededProduct> {
  const csv = await seedProduct(dir, trunks);
  prepare?.(dir);
  const settings = { DIDFARM_DATA_DIR: join(dir, 'data'), DIDFARM_RATE_LIMITS: 'off', ...more };
  const product = await startProduct({ teardown: onEnd }, settings, flags);
  if (pinned) moveTo('server', product.pid);
  return { product, csv, settings };
}
