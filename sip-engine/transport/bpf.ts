/**
 * Classic BPF (`linux/filter.h`): a program that the system runs on each datagram to choose its socket. It only jumps
 * ahead, has an accumulator A and a register X, and ends with 0 where it reads beyond the datagram.
 */
export interface Instruction {
  readonly code: number;
  readonly operand?: number;
  /** Labels; absent goes on with the next instruction. A jump without condition goes to `yes`. */
  readonly yes?: string | undefined;
  readonly no?: string | undefined;
}

/** An instruction, or the label of the next one. */
export type Line = Instruction | string;

/** What a condition can skip. */
const MOST_SKIPPED = 255;
const JUMP = 0x05;

/** A = one byte, or four in network order, at that offset of the payload. */
export const loadByte = (at: number): Instruction => ({ code: 0x30, operand: at });
export const loadWord = (at: number): Instruction => ({ code: 0x20, operand: at });
/** The same of one byte, two or four so far behind X. */
export const loadByteFromX = (behind: number): Instruction => ({ code: 0x50, operand: behind });
export const loadHalfFromX = (behind: number): Instruction => ({ code: 0x48, operand: behind });
export const loadWordFromX = (behind: number): Instruction => ({ code: 0x40, operand: behind });
export const setA = (value: number): Instruction => ({ code: 0x00, operand: value });
export const setX = (value: number): Instruction => ({ code: 0x01, operand: value });
/** One of 16 places that the program has for itself. */
export const keepA = (place: number): Instruction => ({ code: 0x02, operand: place });
export const keepX = (place: number): Instruction => ({ code: 0x03, operand: place });
export const recallA = (place: number): Instruction => ({ code: 0x60, operand: place });
export const recallX = (place: number): Instruction => ({ code: 0x61, operand: place });
/** All on A, of 32 bits without sign. */
export const subtract = (value: number): Instruction => ({ code: 0x14, operand: value });
export const multiply = (value: number): Instruction => ({ code: 0x24, operand: value });
export const shiftRight = (bits: number): Instruction => ({ code: 0x74, operand: bits });
export const modulo = (value: number): Instruction => ({ code: 0x94, operand: value });
export const xorWithX: Instruction = { code: 0xac };
export const ifEqual = (value: number, yes?: string, no?: string): Instruction => ({
  code: 0x15,
  operand: value,
  yes,
  no,
});
/** Without sign, as all numbers here. */
export const ifAtLeast = (value: number, yes?: string, no?: string): Instruction => ({
  code: 0x35,
  operand: value,
  yes,
  no,
});
export const goTo = (label: string): Instruction => ({ code: JUMP, yes: label });
export const give = (value: number): Instruction => ({ code: 0x06, operand: value });
export const giveA: Instruction = { code: 0x16 };

/** The number of up to four characters as they are loaded. */
export const wordOf = (text: string): number =>
  Array.from(text).reduce((sum, char) => sum * 256 + char.charCodeAt(0), 0);

/**
 * The words of `struct sock_filter` (little-endian): code, how many to skip when the condition holds and when not, operand.
 * @throws RangeError for a label that is not ahead, or too far for a condition
 */
export function assemble(lines: readonly Line[]): Int32Array {
  const labels = new Map<string, number>();
  const instructions: Instruction[] = [];
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line, instructions.length);
    else instructions.push(line);
  }
  const words = new Int32Array(instructions.length * 2);
  for (const [index, { code, operand = 0, yes, no }] of instructions.entries()) {
    const isJump = code === JUMP;
    const skipTo = (label: string | undefined): number => skipped(label, index, labels, isJump);
    if (isJump) words.set([code, skipTo(yes)], index * 2);
    else words.set([code | (skipTo(yes) << 16) | (skipTo(no) << 24), operand], index * 2);
  }
  return words;
}

function skipped(
  label: string | undefined,
  index: number,
  labels: ReadonlyMap<string, number>,
  isFar: boolean,
): number {
  if (label === undefined) return 0;
  const skip = (labels.get(label) ?? Number.NaN) - index - 1;
  if (skip >= 0 && (isFar || skip <= MOST_SKIPPED)) return skip;
  throw new RangeError(`instruction ${index} cannot go to ${label}`);
}
