import { MAGIC_COOKIE } from '../transaction/index.ts';
import { hashOfCallId } from '../transport/index.ts';
import type { GivenCalls } from './given-calls.ts';
import { HOME } from './seat.ts';

/** Nearly all that answer us have our Via within that. */
const START_BYTES = 192;
/** Nearly always the headers end within that, and the body is not looked at. */
const USUAL_BYTES = 4096;

/**
 * Which of `count` workers a message belongs to, by a look at its text that costs a fraction of parsing it: a response
 * by our branch, a request in a dialog by our tag, a new call and what is sent after it by its Call-ID. All else, and
 * what cannot be told, is for home, as are the `given` calls.
 */
export function ownerOf(bytes: Buffer, count: number, given?: GivenCalls): number {
  if (isResponse(bytes)) return ownerOfBranch(bytes, count);
  const text = headOf(bytes);
  if (text.startsWith('REGISTER ')) return HOME;
  const tag = tagOfTo(text);
  // A dialog's tag of ours, RFC 3261 12.1: those of the layers below are hexadecimal and at least 12 long.
  if (tag.length >= SHORTEST_TAG && TAG.test(tag)) {
    const worker = Number.parseInt(tag.charAt(0), 16);
    if (worker < count) return worker;
  }
  if (!CALL_METHODS.test(text)) return HOME;
  const callId = headerOf(text, CALL_ID, '\nCall-ID:').trim();
  return given !== undefined && given.size > 0 && given.has(callId) ? HOME : hashOfCallId(callId) % count;
}

const SHORTEST_TAG = 12;
const TAG = /^[0-9a-f]+$/;
const CALL_METHODS = /^(?:INVITE|ACK|CANCEL) /;
/** Compact forms, other case and white space before the colon (RFC 3261 7.3.1 and 7.3.3). */
const VIA = /\n(?:via|v)[ \t]*:/i;
const TO = /\n(?:to|t)[ \t]*:/i;
const CALL_ID = /\n(?:call-id|i)[ \t]*:/i;
const TAG_PARAMETER = /;[ \t\r\n]*tag[ \t\r\n]*=[ \t\r\n]*([^;,\s]*)/i;

/** The part in front of the body; line ends in front of the start line are gone already. */
function headOf(bytes: Buffer): string {
  let text = bytes.toString('latin1', 0, USUAL_BYTES);
  let end = text.indexOf('\r\n\r\n');
  if (end < 0 && bytes.length > USUAL_BYTES) {
    // A CANCEL has fewer headers than its INVITE, and has to find the same owner.
    text = bytes.toString('latin1');
    end = text.indexOf('\r\n\r\n');
  }
  return end < 0 ? text : text.slice(0, end);
}

/** `SIP/`, in whichever case. */
function isResponse(bytes: Buffer): boolean {
  const [s = 0, i = 0, p = 0, slash] = [bytes[0], bytes[1], bytes[2], bytes[3]];
  return slash === 0x2f && (s | 0x20) === 0x73 && (i | 0x20) === 0x69 && (p | 0x20) === 0x70;
}

/** RFC 3261 18.1.2: the top Via of a response is that of the request, ours. */
function ownerOfBranch(bytes: Buffer, count: number): number {
  const start = bytes.toString('latin1', 0, START_BYTES);
  const digit = digitAfterCookie(secondLine(start, 'Via:')) || digitAfterCookie(headerOf(headOf(bytes), VIA));
  const worker = Number.parseInt(digit, 16);
  return worker < count ? worker : HOME;
}

/** Empty where there is none. */
function digitAfterCookie(via: string): string {
  const at = via.indexOf(MAGIC_COOKIE);
  return at < 0 ? '' : via.charAt(at + MAGIC_COOKIE.length);
}

/** The line after the first if it begins so, as far as there is one. */
function secondLine(text: string, start: string): string {
  const at = text.indexOf('\n') + 1;
  if (!text.startsWith(start, at)) return '';
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? text.length : end);
}

function tagOfTo(text: string): string {
  const to = headerOf(text, TO, '\nTo:');
  // A quoted name or the URI may hold what looks like a tag.
  return TAG_PARAMETER.exec(to.slice(to.lastIndexOf('>') + 1))?.[1] ?? '';
}

/** The first value line of a header with its folded lines (RFC 3261 7.3.1); `common` is how nearly everybody writes it. */
function headerOf(text: string, any: RegExp, common?: string): string {
  const at = common === undefined ? -1 : text.indexOf(common);
  const found = at < 0 ? any.exec(text) : null;
  if (at < 0 && found === null) return '';
  const start = found === null ? at + (common?.length ?? 0) : found.index + found[0].length;
  let end = text.indexOf('\n', start);
  while (end >= 0 && (text.charAt(end + 1) === ' ' || text.charAt(end + 1) === '\t')) end = text.indexOf('\n', end + 1);
  return text.slice(start, end < 0 ? text.length : end);
}
