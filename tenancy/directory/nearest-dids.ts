import { getCountries, getCountryCallingCode } from 'libphonenumber-js';
import type { DidRecord } from '../../bus/index.ts';

export interface NearDid {
  /** The number as it should have been written. */
  readonly number: string;
  readonly did: DidRecord;
}

const MOST = 3;

/**
 * "You own +31201234567, the call was for 0201234567": the DIDs that digits may have meant. It tries the
 * number with every calling code and with one digit wrong, missing, doubled or swapped: some hundreds of
 * look-ups whatever the number of DIDs.
 */
export function findNearestDids(
  digits: string,
  find: (e164: string) => DidRecord | undefined,
  accountIds?: ReadonlySet<number>,
): readonly NearDid[] {
  const plain = digits.replace(/\D/g, '');
  if (plain.length < 4 || plain.length > 18) return [];
  const found: NearDid[] = [];
  const seen = new Set<number>();
  for (const candidate of candidates(plain)) {
    const number = `+${candidate}`;
    const did = find(number);
    if (did === undefined || seen.has(did.id)) continue;
    if (accountIds !== undefined && !accountIds.has(did.accountId)) continue;
    seen.add(did.id);
    found.push({ number, did });
    if (found.length === MOST) break;
  }
  return found;
}

function* candidates(plain: string): Generator<string> {
  const significant = plain.replace(/^0+/, '');
  yield plain;
  yield significant;
  for (const code of callingCodes()) yield code + significant;
  yield* oneDigitOff(significant);
}

function callingCodes(): ReadonlySet<string> {
  return new Set(getCountries().map((country) => getCountryCallingCode(country)));
}

function* oneDigitOff(digits: string): Generator<string> {
  for (let i = 0; i < digits.length; i++) {
    const head = digits.slice(0, i);
    const tail = digits.slice(i + 1);
    yield head + tail;
    if (tail !== '') yield head + tail[0] + digits[i] + tail.slice(1);
    for (let d = 0; d < 10; d++) yield head + d + tail;
    for (let d = 0; d < 10; d++) yield head + d + digits[i] + tail;
  }
  for (let d = 0; d < 10; d++) yield digits + d;
}
