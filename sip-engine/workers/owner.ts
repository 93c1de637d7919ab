import type { GivenCalls } from './given-calls.ts';

const COOKIE = 'z9hG4bK';
const HOME = 0;
/** Nearly always the headers end within that, and the body is not looked at. */
const USUAL_BYTES = 4096;

/**
 * Which of `count` workers a message belongs to, by a look at its text that costs a fraction of parsing it: a response
 * by our branch, a request in a dialog by our tag, a new call and what is sent after it by its Call-ID. All else, and
 * what cannot be told, is for home, as are the `given` calls.
 */
export function ownerOf(bytes: Buffer, count: number, given?: GivenCalls): number {
  const text = headOf(bytes);
  if (isResponse(text)) return ownerOfBranch(text, count);
  if (text.startsWith('REGISTER ')) return HOME;
  const tag = tagOfTo(text);
  // A dialog's tag of ours, RFC 3261 12.1: those of the layers below are hexadecimal and at least 12 long.
  if (tag.length >= SHORTEST_TAG && TAG.test(tag)) {
    const worker = Number.parseInt(tag.charAt(0), 16);
    if (worker < count) return worker;
  }
  if (!CALL_METHODS.test(text)) return HOME;
  const callId = headerOf(text, CALL_ID, '\nCall-ID:').trim();
  return given !== undefined && given.size > 0 && given.has(callId) ? HOME : hashOf(callId) % count;
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

function isResponse(text: string): boolean {
  return text.startsWith('SIP/') || /^sip\//i.test(text.slice(0, 4));
}

/** RFC 3261 18.1.2: the top Via of a response is that of the request, ours. */
function ownerOfBranch(text: string, count: number): number {
  const digit = digitAfterCookie(secondLine(text, 'Via:')) ?? digitAfterCookie(headerOf(text, VIA)) ?? '';
  const worker = Number.parseInt(digit, 16);
  return worker < count ? worker : HOME;
}

function digitAfterCookie(via: string): string | undefined {
  const at = via.indexOf(COOKIE);
  return at < 0 ? undefined : via.charAt(at + COOKIE.length);
}

/** The line after the first if it begins so, as nearly all that answer us write it. */
function secondLine(text: string, start: string): string {
  const at = text.indexOf('\n') + 1;
  return text.startsWith(start, at) ? text.slice(at, text.indexOf('\n', at)) : '';
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

/** FNV-1a of what is no white space: the same for every copy, however its header is laid out. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char > 0x20) hash = Math.imul(hash ^ char, 0x01000193);
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}
