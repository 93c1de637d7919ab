/** 1 EUR (or any other unit) in the ledger. */
const MICROS_PER_UNIT = 1_000_000;
const MICROS_PER_CENT = 10_000;

/** Whole cents, rounded half away from zero: for display only, never for sums. */
export function toCents(micros: number): number {
  const cents = Math.floor((Math.abs(micros) + MICROS_PER_CENT / 2) / MICROS_PER_CENT);
  return micros < 0 && cents > 0 ? -cents : cents;
}

export function fromCents(cents: number): number {
  return cents * MICROS_PER_CENT;
}

/** `142.50`, `-0.05`: two digits as the sources show them (F-073). */
export function formatMoney(micros: number): string {
  const cents = toCents(micros);
  const digits = String(Math.abs(cents)).padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `142.50` or `-3` as micro-units; at most six digits after the point. @returns undefined when it is no amount */
export function parseMoney(text: string): number | undefined {
  const match = /^(-?)(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (match === null) return undefined;
  const micros = Number(match[2]) * MICROS_PER_UNIT + Number((match[3] ?? '').padEnd(6, '0'));
  return match[1] === '-' && micros > 0 ? -micros : micros;
}
