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
  credentials: ResponseParts,
): string {
  return responseOf(algorithm, ha1, digestHash(algorithm, `${method}:${credentials.uri}`), credentials);
}

type ResponseParts = Pick<DigestCredentials, 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce'>;

function responseOf(
  algorithm: DigestAlgorithm,
  ha1: string,
  ha2: string,
  { nonce, nc, cnonce, qop }: ResponseParts,
): string {
  return digestHash(algorithm, qop === '' ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`);
}

/** `computeResponse` that remembers H(method:uri): the PBXes of a domain all send the same. */
export class ResponseComputer {
  readonly #ha2 = new Map<string, string>();

  compute(algorithm: DigestAlgorithm, ha1: string, method: string, credentials: ResponseParts): string {
    const key = `${algorithm} ${method}:${credentials.uri}`;
    let ha2 = this.#ha2.get(key);
    if (ha2 === undefined) {
      ha2 = digestHash(algorithm, `${method}:${credentials.uri}`);
      if (this.#ha2.size >= MOST_HA2) this.#ha2.clear();
      this.#ha2.set(key, ha2);
    }
    return responseOf(algorithm, ha1, ha2, credentials);
  }
}

/** Strangers make up URIs; beyond so many all are forgotten. */
const MOST_HA2 = 2048;

/** Compares without an early exit, so that time tells nothing of where texts of equal length differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
