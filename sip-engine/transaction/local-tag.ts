import { type OutgoingMessage, type SipMessage, tagOf } from '../message/index.ts';

/**
 * Sees that the To of a response has a tag (RFC 3261 8.2.6.2) and returns the tag it has: its own, else the
 * one known, else a fresh one.
 */
export function adoptToTag(response: OutgoingMessage, known: string, fresh: () => string): string {
  const to = response.header('to') ?? '';
  const own = tagOf(to);
  if (own !== '') return own;
  const tag = known === '' ? fresh() : known;
  if (to !== '') response.set('To', `${to};tag=${tag}`);
  return tag;
}

/** `>;tag=` and that tag at the end, as in nearly every To that has one: seen without reading the address. */
export function endsWithTag(to: string, tag: string): boolean {
  return tag !== '' && to.endsWith(tag) && to.startsWith(TAG, to.length - tag.length - TAG.length);
}

const TAG = '>;tag=';

/**
 * A To tag that is the same for every copy of a request without anything being stored
 * (RFC 3261 8.2.7). Whoever has seen one can work out `seed` and with it all others: it is of use for nothing else.
 */
export function statelessTag(request: TagSource, seed: number): string {
  const tag = statelessTagNumber(request, seed);
  return `${STATELESS}${byteText(tag >>> 24)}${byteText(tag >>> 16)}${byteText(tag >>> 8)}${byteText(tag)}`;
}

type TagSource = Pick<SipMessage, 'callId' | 'fromTag' | 'cseq'>;

/** What such a tag begins with; its number in base 16 follows. */
export const STATELESS = 's';
const HEX_DIGITS = 8;

/** False where it cannot be one, by its length; true where it may be, in whatever case it comes back. */
export function mayBeStateless(tag: string): boolean {
  return tag.length === STATELESS.length + HEX_DIGITS;
}

/** The 32 bits of `statelessTag`. */
export function statelessTagNumber(request: TagSource, seed: number): number {
  const hash = mix(mix(seed, request.callId), request.fromTag);
  return Math.imul(hash ^ request.cseq, FNV_PRIME);
}

/** `00` to `ff`: turning a new number into text costs several times as much as these four. */
const BYTES: readonly string[] = Array.from({ length: 0x100 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function byteText(number: number): string {
  return BYTES[number & 0xff] ?? '';
}

const FNV_PRIME = 0x01000193;
/** Enough of a Call-ID to tell it from others; the whole would cost more than the rest of the answer. */
const MIXED_LENGTH = 20;

/** FNV-1a over the beginning of a text and its length. */
function mix(seed: number, text: string): number {
  const length = Math.min(text.length, MIXED_LENGTH);
  let hash = Math.imul(seed ^ text.length, FNV_PRIME);
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return hash;
}
