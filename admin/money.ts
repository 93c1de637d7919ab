/** Micro-units of one cent: 1 EUR is 1,000,000 micro-units. */
const MICROS_PER_CENT = 10_000;

/** Whole cents, rounded half away from zero; for display only. */
export function microsToCents(micros: number): number {
  const cents = Math.floor((Math.abs(micros) + MICROS_PER_CENT / 2) / MICROS_PER_CENT);
  return micros < 0 && cents !== 0 ? -cents : cents;
}

export function centsToMicros(cents: number): number {
  return cents * MICROS_PER_CENT;
}

/** `142.50`: two digits, as the balance is shown (A3). */
export function microsToDecimal(micros: number): string {
  const cents = microsToCents(micros);
  const whole = Math.floor(Math.abs(cents) / 100);
  const rest = String(Math.abs(cents) % 100).padStart(2, '0');
  return `${cents < 0 ? '-' : ''}${whole}.${rest}`;
}
