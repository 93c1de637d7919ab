import { CALL_ID_CHAR, isToken, PLAIN_PORT, skipClass } from './chars.ts';
import { SipParseError } from './errors.ts';
import { canonicalName, idOfName, knownId, nameOfId, type RankedName } from './header-names.ts';
import { parseNameAddr, spanTag } from './name-addr.ts';
import { parseMessage } from './parse-message.ts';
import { ParsedMessage } from './parsed-message.ts';
import { splitValues } from './split-values.ts';
import type { SipMessage } from './types.ts';
import { parseUri } from './uri.ts';
import { spanVia } from './via.ts';

/** True when the line is what its header's grammar allows. */
type Check = (line: string) => boolean;

/** RFC 3261 25.1: `%` begins an escape of two digits and stands for nothing else. */
const BROKEN_ESCAPE = /%(?![0-9A-Fa-f]{2})/;

const MAX_SECONDS = 0xffffffff;

/** Headers that the engine or its apps act on; each line of them must parse (RFC 3261 section 25). */
const CHECKS: readonly (readonly [name: RankedName, check: Check])[] = [
  ['via', isViaLine],
  ['route', everyValue(isAddress)],
  ['record-route', everyValue(isAddress)],
  ['contact', isContact],
  ['expires', isSeconds],
  ['min-expires', isSeconds],
  ['retry-after', (line) => isSeconds(/^\s*(\d+)\s*(?:$|[(;])/.exec(line)?.[1] ?? '')],
  ['rseq', (line) => isNumber(line, MAX_SECONDS)],
  ['rack', isRack],
  ['refer-to', (line) => isAddress(line)],
  ['referred-by', (line) => isAddress(line)],
  ['session-expires', isDelta],
  ['min-se', isDelta],
  ['event', (line) => isToken(line.split(';')[0]?.trim() ?? '')],
  ['subscription-state', (line) => isToken(line.split(';')[0]?.trim() ?? '')],
  ['content-type', (line) => /^[^\s/;,]+\s*\/\s*[^\s/;,]+\s*(?:;|$)/.test(line)],
  ['require', isTokenList],
  ['proxy-require', isTokenList],
  ['supported', isTokenList],
  ['allow', isTokenList],
];

/** Headers of which a second line makes the message mean two things. */
const SINGLE: readonly RankedName[] = [
  'expires',
  'content-type',
  'rseq',
  'rack',
  'refer-to',
  'session-expires',
  'min-se',
  'event',
];

/** What to check of a header, by the id of its name; nothing of most. */
const BY_ID: readonly (Check | undefined)[] = byId(CHECKS);
const CONTACT_ID = knownId('contact');
/** A bit each, by the id of the name. */
const SINGLE_BITS: readonly (number | undefined)[] = byId(SINGLE.map((name, index) => [name, 1 << index] as const));

/*
 * What nearly every peer writes, decided in one go where it stands: `"name" <sip:user@host:port;params>;params`. What
 * these do not take to the end is read in the general way.
 */
const PLAIN_URI = String.raw`sips?:(?:(?:[\w.!~*'()&=+$-]|%[0-9A-Fa-f]{2})+@)?[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*(?::${PLAIN_PORT})?(?:;[\w.-]+(?:=[\w.+~:-]+)?)*`;
const PLAIN_REQUEST_URI = new RegExp(PLAIN_URI, 'y');
const PLAIN_ADDRESS = new RegExp(
  String.raw`(?:"[^"\\\r\n]*" ?|[\w.+-]* ?)<${PLAIN_URI}>(?:;[\w.+-]+(?:=(?:[\w.-]+|"[^"\\\r\n]*"))?)*`,
  'y',
);
const PLAIN_VIA = new RegExp(
  String.raw`SIP/2\.0/[A-Z]{2,4} [A-Za-z0-9.-]+(?::${PLAIN_PORT})?(?:;[a-z]+(?:=[\w.:+~*!%-]+)?)*`,
  'y',
);
const PLAIN_TOKENS = /[\w.!%*+-]+(?:, ?[\w.!%*+-]+)*/y;
const PLAIN_SECONDS = /\d{1,9}/y;
const PLAIN_TYPE = /[\w.+-]+\/[\w.+-]+/y;
const PLAIN_SESSION = /\d{1,9}(?:;refresher=ua[cs])?/y;
const PLAIN_FORMS: readonly (RegExp | undefined)[] = byId<RegExp>([
  ['via', PLAIN_VIA],
  ['route', PLAIN_ADDRESS],
  ['record-route', PLAIN_ADDRESS],
  ['contact', PLAIN_ADDRESS],
  ['refer-to', PLAIN_ADDRESS],
  ['referred-by', PLAIN_ADDRESS],
  ['require', PLAIN_TOKENS],
  ['proxy-require', PLAIN_TOKENS],
  ['supported', PLAIN_TOKENS],
  ['allow', PLAIN_TOKENS],
  ['expires', PLAIN_SECONDS],
  ['min-expires', PLAIN_SECONDS],
  ['min-se', PLAIN_SECONDS],
  ['session-expires', PLAIN_SESSION],
  ['content-type', PLAIN_TYPE],
]);

/**
 * The checks that `parseMessage` leaves out because not every receiver needs them; only headers that are
 * present cost anything. `undefined` when the message is good, else the fault, whose `reason` is
 * `Bad <Name> Header` or `Bad Request-URI`.
 */
export function validateKnownHeaders(message: SipMessage): SipParseError | undefined {
  if (!(message instanceof ParsedMessage)) return validateKnownHeaders(parseMessage(message.raw));
  if (message.isRequest && !message.isUriOf(PLAIN_REQUEST_URI) && !succeeds(() => checkUri(message.uri))) {
    return badPart(message, 'uri', 'Bad Request-URI');
  }
  let seen = 0;
  const bad = message.findKnown(BY_ID, (id, at) => {
    const single = SINGLE_BITS[id] ?? 0;
    if ((seen & single) !== 0) return true;
    seen |= single;
    const form = PLAIN_FORMS[id];
    return (form === undefined || !message.isLineOf(form, at)) && isBad(message, id, message.valueAt(at));
  });
  return bad === 0 ? undefined : badHeader(message, nameOfId(bad));
}

function isBad({ isRequest, method }: SipMessage, id: number, line: string): boolean {
  // RFC 3261 20.10, 10.2.2: only a REGISTER takes all contacts away.
  if (id === CONTACT_ID && line === '*' && isRequest && method !== 'REGISTER') return true;
  return BY_ID[id]?.(line) === false;
}

/** From and To with a tag of usual letters or none, as nearly everybody writes them; see `PLAIN` of name-addr.ts. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
const PLAIN_OWN = /(?:"[^"\\\r\n\0]*" |[\w.+-]+ )?<[^<>"\\|\x00-\x20\x7f]+>(?:;tag=[\w.+~*!%-]+)?/y;
const PLAIN_OWN_FORMS: readonly (RegExp | undefined)[] = byId<RegExp>([
  ['from', PLAIN_OWN],
  ['to', PLAIN_OWN],
]);

/** Headers of every message: `parseMessage` has checked those that were received. */
const OWN_CHECKS: readonly (Check | undefined)[] = byId<Check>([
  ['from', isOneAddress],
  ['to', isOneAddress],
  ['call-id', (line) => line !== '' && skipClass(line, 0, line.length, CALL_ID_CHAR) === line.length],
]);

/** True unless the header is a known one whose value is not what its grammar allows; for text that is to be sent. */
export function isWellFormed(name: string, value: string): boolean {
  return isWellFormedOf(idOfName(name), value);
}

/** The same by the id of the name. */
export function isWellFormedOf(id: number, value: string): boolean {
  return isPlain(PLAIN_FORMS[id] ?? PLAIN_OWN_FORMS[id], value) || (BY_ID[id] ?? OWN_CHECKS[id])?.(value) !== false;
}

function isPlain(form: RegExp | undefined, value: string): boolean {
  if (form === undefined) return false;
  form.lastIndex = 0;
  return form.test(value) && form.lastIndex === value.length;
}

function byId<T>(values: readonly (readonly [name: RankedName, value: T])[]): (T | undefined)[] {
  const all: (T | undefined)[] = [];
  for (const [name, value] of values) all[knownId(name)] = value;
  return all;
}

function badHeader(message: SipMessage, name: string): SipParseError {
  return badPart(message, name, `Bad ${canonicalName(name)} Header`);
}

function badPart(message: SipMessage, part: string, reason: string): SipParseError {
  const status = message.isRequest && message.method !== 'ACK' ? 400 : 0;
  return new SipParseError(part === 'uri' ? 'bad_uri' : 'bad_header', part, { status, reason, partial: message });
}

function everyValue(check: Check): Check {
  return (line) => splitValues(line).every(check);
}

function isViaLine(line: string): boolean {
  return splitValues(line).every(isVia);
}

function isVia(value: string): boolean {
  return spanVia(value, 0, value.length)?.end === value.length;
}

function isTokenList(line: string): boolean {
  return splitValues(line).every(isToken);
}

function isAddress(value: string): boolean {
  return succeeds(() => checkUri(parseNameAddr(value).uri));
}

/** From and To (RFC 3261 20.20, 20.39): one address, at most one tag, which is a token. */
function isOneAddress(line: string): boolean {
  const tag = spanTag(line, 0, line.length, false);
  return tag !== undefined && (tag.valueStart < 0 || tag.valueEnd > tag.valueStart);
}

/** RFC 3261 20.10: `*`, or addresses; one with `?` needs brackets (RFC 4475 3.1.2.13). */
function isContact(line: string): boolean {
  if (line === '*') return true;
  return splitValues(line).every((value) => isAddress(value) && (value.includes('<') || !value.includes('?')));
}

/** `sip:`, `sips:` and `tel:` are read; of other schemes only the form is known. */
function checkUri(uri: string): void {
  const isRead = /^(?:sips?|tel):/i.test(uri);
  if (isRead) parseUri(uri);
  if (isRead ? BROKEN_ESCAPE.test(uri) : !/^[A-Za-z][A-Za-z0-9+.-]*:./.test(uri))
    throw new SipParseError('bad_uri', 'uri', { status: 400 });
}

function isSeconds(text: string): boolean {
  return isNumber(text, MAX_SECONDS);
}

function isNumber(text: string, max: number): boolean {
  return /^\d{1,15}$/.test(text) && Number(text) <= max;
}

function isDelta(line: string): boolean {
  return isSeconds(line.split(';')[0]?.trim() ?? '');
}

/**
 * RFC 3262 7.2: response number, CSeq number, method. Some senders copy the whole CSeq behind the number and add the
 * method again: `1 2 INVITE INVITE`.
 */
function isRack(line: string): boolean {
  const [rseq = '', cseq = '', method = '', ...more] = line.split(/\s+/);
  const numbers = isSeconds(rseq) && isNumber(cseq, 0x7fffffff);
  return numbers && isToken(method) && more.length < 2 && (more[0] ?? method) === method;
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof SipParseError) return false;
    throw error;
  }
}
