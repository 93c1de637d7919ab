import type { CallRandom } from './ports.ts';

/** So long calls begin with the same digits (ms); the five of them come again after three days. */
const SLOT_MS = 256;
const SLOTS = 0x100000;

/**
 * The public name of a call: `call_` and 16 hexadecimal digits. The first five go by the time, so that names of calls of
 * one moment stand together in the store's index: of all-random ones each wrote a page of its own.
 */
export function newCallUuid(nowMs: number, random: CallRandom): string {
  const slot = Math.floor(nowMs / SLOT_MS) % SLOTS;
  return `call_${slot.toString(16).padStart(5, '0')}${random.hex(11)}`;
}
