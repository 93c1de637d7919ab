import type { Binding } from './binding.ts';
import { flatText } from './own-text.ts';

/** The extensions of REGISTER that we know (RFC 3327, RFC 5626). */
export const SUPPORTED = 'Supported: path, outbound';

/** What nearly every 200 says: the one binding of the trunk, and when. */
export function plainAnswer(contact: string, date: string): readonly string[] {
  return [contact, SUPPORTED, date];
}

/** The Contact line of a binding with its remaining time (RFC 3261 section 10.3 step 8, P15). */
export function contactLine(binding: Binding, nowMs: number): string {
  const leftSec = Math.max(1, Math.ceil((binding.expiresAtMs - nowMs) / 1000));
  // A PBX is granted the same time again and again: the line of last time is the line of this time.
  if (binding.toldSec !== leftSec) {
    binding.toldSec = leftSec;
    binding.toldLine = flatText(`Contact: <${binding.contact}>${binding.contactParams};expires=${leftSec}`);
  }
  return binding.toldLine;
}
