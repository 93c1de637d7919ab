import { randomBytes } from 'node:crypto';

/** Without 0 O 1 l I: read over the telephone, typed into a PBX. */
const UNAMBIGUOUS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz';
const LOWER = '23456789abcdefghjkmnpqrstuvwxyz';

/** Uniform over the alphabet: bytes beyond its largest multiple are thrown away, not folded. */
export function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** A SIP password of 139 bits: 24 letters and digits that cannot be mistaken for each other. */
export function makePassword(): string {
  return randomText(24, UNAMBIGUOUS);
}

/** A user name like `acme_xk9f2` for the platform realm, from the first word of a name. */
export function makeUsername(name: string): string {
  const ascii = name.normalize('NFKD').toLowerCase();
  const word = ascii.split(/[^a-z0-9]+/).find((part) => /^[a-z][a-z0-9]*$/.test(part)) ?? 'trunk';
  return `${word.slice(0, 20)}_${randomText(5, LOWER)}`;
}

/** Signs webhooks: `whsec_` and 32 letters and digits, 185 bits. */
export function makeWebhookSecret(): string {
  return `whsec_${randomText(32, UNAMBIGUOUS)}`;
}

/** The secret part of an API key: 32 letters and digits, 185 bits. */
export function makeKeySecret(): string {
  return randomText(32, UNAMBIGUOUS);
}
