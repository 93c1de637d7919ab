import { createHash } from 'node:crypto';
import { makeKeySecret } from './random-text.ts';

export type KeyMode = 'live' | 'test';

export interface NewKey {
  /** `df_live_…` or `df_test_…`; shown once, never stored. */
  readonly key: string;
  /** What may be shown and searched later: the first characters. */
  readonly prefix: string;
  readonly hash: string;
}

/** F-050: a key carries 185 random bits, so a plain SHA-256 of it is safe to store and quick to look up. */
export function makeApiKey(mode: KeyMode): NewKey {
  const key = `df_${mode}_${makeKeySecret()}`;
  return { key, prefix: key.slice(0, 12), hash: hashApiKey(key) };
}

export function hashApiKey(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}
