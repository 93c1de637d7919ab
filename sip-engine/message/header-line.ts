import { isToken } from './chars.ts';
import { SipInjectionError } from './errors.ts';
import { formsOf, idOfName, lowerName } from './header-names.ts';
import { ParsedMessage } from './parsed-message.ts';
import { isSafeValue } from './safe-value.ts';
import type { SipMessage } from './types.ts';

/** A header line of a message to be sent. */
export interface HeaderLine {
  /** Canonical lower-case long name. */
  readonly lower: string;
  /** As written to the wire. */
  readonly spelled: string;
  /** Place in the order of writing. */
  readonly rank: number;
  /** Safe to write: it cannot become another line. */
  readonly value: string;
  /** The value's bytes, one character each, where `value` would not give them back (folds, not UTF-8). */
  readonly wire: string | undefined;
}

export const CONTENT_LENGTH = 'content-length';

/** @throws SipInjectionError when the text would not stay in its line. */
export function makeLine(name: string, value: string): HeaderLine {
  if (!isToken(name)) throw new SipInjectionError(name);
  if (!isSafeValue(value)) throw new SipInjectionError(name);
  const { lower, spelled, rank } = formsOf(name);
  return { lower, spelled, rank, value, wire: undefined };
}

/** The lines of a message to be sent on, without its length: known names in their canonical spelling, values byte for byte. */
export function linesOf(message: SipMessage): HeaderLine[] {
  const lines: HeaderLine[] = [];
  if (message instanceof ParsedMessage) {
    for (const [spelled, lower, value, wire] of message.wireEntries()) {
      if (lower === CONTENT_LENGTH) continue;
      const known = formsOf(lower);
      lines.push({ lower, spelled: idOfName(spelled) > 0 ? known.spelled : spelled, rank: known.rank, value, wire });
    }
    return lines;
  }
  for (const [name, value] of message.entries())
    if (lowerName(name) !== CONTENT_LENGTH) lines.push(makeLine(name, value));
  return lines;
}
