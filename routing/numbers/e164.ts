import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';

const E164 = /^\+[1-9]\d{6,14}$/;
const DIGITS = /^\+?\d{3,20}$/;
const SEPARATORS = /[\s.()/-]/g;

/**
 * The E.164 numbers that a dialled text can mean, the likeliest first (P2): `+` and `00` forms, national
 * form of `country`, and digits that are international without `+`. Empty when it is no number at all.
 */
export function e164Candidates(text: string, country: string | null): readonly string[] {
  const isPlain = DIGITS.test(text);
  const digits = isPlain ? text : text.replace(SEPARATORS, '');
  if (!isPlain && !DIGITS.test(digits)) return [];
  if (digits.startsWith('+')) return E164.test(digits) ? [digits] : [];
  const found = new Set<string>();
  const international = digits.startsWith('00') ? `+${digits.slice(2)}` : undefined;
  if (international !== undefined && E164.test(international)) found.add(international);
  const national = parseNational(digits, country);
  if (national !== undefined) found.add(national);
  if (E164.test(`+${digits}`)) found.add(`+${digits}`);
  return [...found];
}

/** The one number a caller identity means; `undefined` for words and short internal numbers. */
export function toE164(text: string, country: string | null): string | undefined {
  return e164Candidates(text, country)[0];
}

function parseNational(digits: string, country: string | null): string | undefined {
  if (country === null || !isSupportedCountry(country)) return undefined;
  const parsed = parsePhoneNumberFromString(digits, country as CountryCode);
  return parsed?.isPossible() === true ? parsed.number : undefined;
}
