/** What a number to be bought does; the range is one that is never given to anybody (docs/sandbox.md). */
export const MAGIC_NUMBERS = {
  '+12125550100': 'sold',
  '+12125550101': 'gone',
  '+12125550102': 'refused',
  '+12125550103': 'late',
  '+12125550104': 'silent',
  '+12125550105': 'costly',
  '+12125550106': 'approved',
  '+12125550107': 'rejected',
} as const satisfies Readonly<Record<string, string>>;

export type NumberMagic = (typeof MAGIC_NUMBERS)[keyof typeof MAGIC_NUMBERS];

/** A payment that ends in so many cents is never paid. */
export const FAILING_CENTS = 2;

/** What the simulated carrier answers to a call out, by the last digits of the number; any other is answered. */
export const CALL_ENDINGS = {
  '0001': 'busy',
  '0002': 'no_answer',
  '0003': 'declined',
  '0004': 'unknown',
  '0005': 'congested',
} as const satisfies Readonly<Record<string, string>>;

export type CallMagic = (typeof CALL_ENDINGS)[keyof typeof CALL_ENDINGS] | 'answered';

/** What a number to be bought does; `undefined`: nothing out of the ordinary. */
export function magicOf(number: string): NumberMagic | undefined {
  return (MAGIC_NUMBERS as Readonly<Record<string, NumberMagic>>)[number];
}

/** What becomes of a call to that number of the outside world. */
export function callMagicOf(number: string): CallMagic {
  return (CALL_ENDINGS as Readonly<Record<string, CallMagic>>)[number.slice(-4)] ?? 'answered';
}
