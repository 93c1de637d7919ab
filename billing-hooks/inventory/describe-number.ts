import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { NumberType } from '../../tenancy/index.ts';

const TYPES: Readonly<Record<string, NumberType>> = {
  FIXED_LINE: 'local',
  FIXED_LINE_OR_MOBILE: 'local',
  MOBILE: 'mobile',
  TOLL_FREE: 'toll_free',
  VOIP: 'national',
  UAN: 'national',
  SHARED_COST: 'national',
};

/** What a number says of itself. */
export interface NumberFacts {
  /** E.164 with `+`. */
  readonly number: string;
  /** ISO 3166 alpha-2; `undefined` for numbers of no country. */
  readonly country: string | undefined;
  readonly type: NumberType | undefined;
}

/** @returns `undefined` for what is no number */
export function describeNumber(text: string): NumberFacts | undefined {
  const parsed = parsePhoneNumberFromString(text);
  if (parsed === undefined || !parsed.isValid()) return undefined;
  return { number: parsed.number, country: parsed.country, type: TYPES[parsed.getType() ?? ''] };
}
