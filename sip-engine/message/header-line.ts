import { isToken } from './chars.ts';
import { SipInjectionError } from './errors.ts';
import { formsOf, lowerName, type NameForms } from './header-names.ts';
import { ParsedMessage } from './parsed-message.ts';
import { isSafeValue } from './safe-value.ts';
import type { SipMessage } from './types.ts';

/** A header line of a message to be sent. */
export interface HeaderLine {
  /** Shared by all lines of a known name. */
  readonly name: NameForms;
  /** Safe to write: it cannot become another line. */
  readonly value: string;
  /** The value's bytes, one character each, where `value` would not give them back (folds, not UTF-8). */
  readonly wire: string | undefined;
}

export const CONTENT_LENGTH = 'content-length';
export const LENGTH_FORMS = formsOf(CONTENT_LENGTH);
/** Marks the place of Content-Length; the number is counted when the message is written. */
export const LENGTH_LINE: HeaderLine = Object.freeze({ name: LENGTH_FORMS, value: '', wire: undefined });

/** RFC 3261 8.2.6.2: copied from the request into every response, in this order. */
const RESPONSE_COPIES = ['via', 'from', 'to', 'call-id', 'cseq'];

/**
 * @param forms those of the name, where they have been looked up
 * @throws SipInjectionError when the text would not stay in its line
 */
export function makeLine(name: string, value: string, forms: NameForms = formsOf(name)): HeaderLine {
  if (forms.id === 0 && !isToken(name)) throw new SipInjectionError(name);
  if (!isSafeValue(value)) throw new SipInjectionError(name);
  return { name: forms, value, wire: undefined };
}

/** The lines of a message to be sent on, without its length: known names in their canonical spelling, values byte for byte. */
export function linesOf(message: SipMessage): HeaderLine[] {
  const lines: HeaderLine[] = [];
  if (message instanceof ParsedMessage) {
    message.eachLine((name, value, wire) => {
      if (name.lower !== CONTENT_LENGTH) lines.push({ name, value, wire });
    });
    return lines;
  }
  for (const [name, value] of message.entries())
    if (lowerName(name) !== CONTENT_LENGTH) lines.push(makeLine(name, value));
  return lines;
}

/** What every response to a request begins with: made once, for the 100, the 180 and the 200. */
export function answerHead(request: SipMessage): readonly HeaderLine[] {
  if (!(request instanceof ParsedMessage)) return copiesOf(request);
  request.answerHead ??= copiesOf(request);
  return request.answerHead;
}

function copiesOf(request: SipMessage): readonly HeaderLine[] {
  const own: HeaderLine[] = [];
  if (
    request instanceof ParsedMessage &&
    request.eachAnswerLine((name, value, wire) => own.push({ name, value, wire }))
  )
    return own;
  const lines = linesOf(request);
  const copies: HeaderLine[] = [];
  for (const name of RESPONSE_COPIES) for (const line of lines) if (line.name.lower === name) copies.push(line);
  return copies;
}

/** Known names have one object each. */
export function isNamed(line: HeaderLine, name: NameForms): boolean {
  return line.name === name || (name.id === 0 && line.name.lower === name.lower);
}

/** In place; lines of one rank keep their order, and what is in order already, as nearly everything is, costs one look. */
export function sortByRank(lines: HeaderLine[]): void {
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i];
    if (line === undefined) continue;
    let at = i;
    for (; at > 0; at--) {
      const before = lines[at - 1];
      if (before === undefined || before.name.rank <= line.name.rank) break;
      lines[at] = before;
    }
    lines[at] = line;
  }
}
