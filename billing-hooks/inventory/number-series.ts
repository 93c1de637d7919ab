import { type CountryCode, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { NumberType } from '../../tenancy/index.ts';

/** What libphonenumber calls the types that we sell. */
const KINDS: Readonly<Record<NumberType, readonly string[]>> = {
  local: ['FIXED_LINE', 'FIXED_LINE_OR_MOBILE'],
  mobile: ['MOBILE', 'FIXED_LINE_OR_MOBILE'],
  toll_free: ['TOLL_FREE'],
  national: ['VOIP', 'UAN', 'SHARED_COST'],
};
const MAX_TRIES = 2000;
const GOLDEN = 0.618_033_988_7;

export interface Series {
  readonly country: string;
  readonly type: NumberType;
  /** First digits after the country code. */
  readonly prefix: string;
  /** How many digits there are after the country code. */
  readonly digits: number;
}

/** Always the same numbers of a series, all of them valid in the numbering plan; at most `count`. */
export function numbersOf(series: Series, count: number): readonly string[] {
  const free = series.digits - series.prefix.length;
  const size = 10 ** free;
  const step = strideOf(size);
  const lead = `+${getCountryCallingCode(series.country as CountryCode)}${series.prefix}`;
  const numbers = new Set<string>();
  let at = Number('123456789'.slice(0, free));
  for (let tries = 0; tries < Math.min(MAX_TRIES, size) && numbers.size < count; tries += 1) {
    const number = lead + String(at).padStart(free, '0');
    if (isSuch(number, series)) numbers.add(number);
    at = (at + step) % size;
  }
  return [...numbers];
}

/** Coprime with the powers of ten, so that it visits every number once, and never two neighbours in a row. */
function strideOf(size: number): number {
  let step = Math.max(1, Math.floor(size * GOLDEN));
  while (step % 2 === 0 || step % 5 === 0) step += 1;
  return step;
}

function isSuch(number: string, { country, type }: Series): boolean {
  const parsed = parsePhoneNumberFromString(number);
  const kind = parsed?.getType();
  return parsed?.country === country && kind !== undefined && KINDS[type].includes(kind);
}
