import { hash } from 'node:crypto';
import type { DigestAlgorithm } from '../bus/index.ts';
import type { DigestCredentials } from './parse-credentials.ts';

const HASH_NAMES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;

/** H(text) in lower-case hexadecimal; text is hashed as UTF-8 (RFC 7616 section 4). */
function digestHash(algorithm: DigestAlgorithm, text: string): string {
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
  /** By algorithm and method, then by URI: a look-up makes no text. */
  readonly #ha2 = new Map<DigestAlgorithm, Map<string, Map<string, string>>>();
  #size = 0;

  compute(algorithm: DigestAlgorithm, ha1: string, method: string, credentials: ResponseParts): string {
    const known = this.#ha2.get(algorithm)?.get(method)?.get(credentials.uri);
    const ha2 = known ?? this.#remember(algorithm, method, credentials.uri);
    return responseOf(algorithm, ha1, ha2, credentials);
  }

  #remember(algorithm: DigestAlgorithm, method: string, uri: string): string {
    if (this.#size >= MOST_HA2) {
      this.#ha2.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const ha2 = digestHash(algorithm, `${method}:${uri}`);
    const byMethod = this.#ha2.get(algorithm) ?? new Map<string, Map<string, string>>();
    const byUri = byMethod.get(method) ?? new Map<string, string>();
    // A copy: the text as sent is part of the whole message and would keep it.
    this.#ha2.set(algorithm, byMethod.set(method, byUri.set(Buffer.from(uri).toString(), ha2)));
    return ha2;
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
