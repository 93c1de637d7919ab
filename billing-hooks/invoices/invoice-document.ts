import type { InvoiceLine } from './invoice-lines.ts';

export type InvoiceKind = 'invoice' | 'credit_note' | 'client_invoice';

export interface Party {
  readonly name: string;
  readonly address: readonly string[];
  readonly taxId: string | null;
}

/** Everything that is on paper, frozen when it is issued: later changes of names and rates do not reach it. */
export interface InvoiceDocument {
  readonly kind: InvoiceKind;
  readonly number: string;
  /** Of a credit note: what it takes back. */
  readonly credits: string | null;
  readonly issuer: Party & { readonly color: string; readonly footer: string };
  readonly customer: Party;
  readonly currency: string;
  /** Days of the customer's calendar, the last one included: `2026-11-01`. */
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly issuedAtMs: number;
  readonly issuedOn: string;
  readonly lines: readonly InvoiceLine[];
  readonly taxLabel: string;
  /** Hundredths of a percent. */
  readonly taxRate: number;
  readonly netMicros: number;
  readonly taxMicros: number;
  readonly totalMicros: number;
}

const PREFIX: Readonly<Record<InvoiceKind, string>> = { invoice: 'INV', credit_note: 'CN', client_invoice: 'C' };

/** `INV-000042`. */
export function numberText(kind: InvoiceKind, number: number): string {
  return `${PREFIX[kind]}-${String(number).padStart(6, '0')}`;
}

/** `1,234.50`, `0.0125`: so many digits after the point, and as many more as there are. @param least 2 to 6 */
export function amountText(micros: number, least = 2): string {
  const digits = String(Math.abs(micros)).padStart(7, '0');
  const units = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = digits.slice(-6).replace(/0+$/, '').padEnd(least, '0');
  return `${micros < 0 ? '-' : ''}${units}.${fraction}`;
}

/** How many digits after the point the amounts of a document need, so that one stands below the other. */
export function fractionDigits({ lines, netMicros, taxMicros, totalMicros }: InvoiceDocument): number {
  const amounts = [...lines.map(({ amountMicros }) => amountMicros), netMicros, taxMicros, totalMicros];
  return Math.max(...amounts.map((micros) => amountText(micros).split('.')[1]?.length ?? 0));
}

const CENT = 10_000n;

/** Tax within, or on top of, an amount: rounded half away from zero, once, to whole cents. */
export function taxOf(amountMicros: number, rate: number, isIncluded: boolean): number {
  // In whole numbers: a large amount times its rate is beyond what a float has exactly.
  const share = BigInt(Math.abs(amountMicros)) * BigInt(rate);
  const unit = BigInt(isIncluded ? 10_000 + rate : 10_000) * CENT;
  const cents = Number((2n * share + unit) / (2n * unit));
  return cents === 0 ? 0 : Math.sign(amountMicros) * cents * Number(CENT);
}
