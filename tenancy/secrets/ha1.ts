import { createHash } from 'node:crypto';
import type { DigestAlgorithm, Ha1Set } from '../../bus/index.ts';

const HASHES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

export const DIGEST_ALGORITHMS: readonly DigestAlgorithm[] = ['MD5', 'SHA-256', 'SHA-512-256'];

/** H(user:realm:password) for every algorithm we offer (RFC 7616 3.4.2): all that is kept of a password. */
export function makeHa1Set(username: string, realm: string, password: string): Ha1Set {
  const text = `${username}:${realm}:${password}`;
  const set: Partial<Record<DigestAlgorithm, string>> = {};
  for (const algorithm of DIGEST_ALGORITHMS) {
    set[algorithm] = createHash(HASHES[algorithm]).update(text, 'utf8').digest('hex');
  }
  return set;
}
