import { hash } from 'node:crypto';
import type { DigestAlgorithm } from '../bus/index.ts';
import type { DigestCredentials } from './parse-credentials.ts';

const HASH_NAMES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

/** H(text) in lower-case hexadecimal; text is hashed as UTF-8 (RFC 7616 section 4). */
export function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return hash(HASH_NAMES[algorithm], text, 'hex');
}

/** H(user:realm:password) (RFC 7616 section 3.4.2). */
export function computeHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return digestHash(algorithm, `${username}:${realm}:${password}`);
}

/** The response that the holder of `ha1` would have sent (RFC 7616 section 3.4.1; without qop RFC 3261 section 22.4). */
export function computeResponse(
  algorithm: DigestAlgorithm,
  ha1: string,
  method: string,
  credentials: Pick<DigestCredentials, 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce'>,
): string {
  const ha2 = digestHash(algorithm, `${method}:${credentials.uri}`);
  if (credentials.qop === '') return digestHash(algorithm, `${ha1}:${credentials.nonce}:${ha2}`);
  return digestHash(
    algorithm,
    `${ha1}:${credentials.nonce}:${credentials.nc}:${credentials.cnonce}:${credentials.qop}:${ha2}`,
  );
}

/** Compares without an early exit, so that time tells nothing of where texts of equal length differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
