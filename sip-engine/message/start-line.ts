import { CR, isToken, SPACE, skipToken } from './chars.ts';
import type { SipParseCode } from './errors.ts';

export interface StartLine {
  /** `''` on responses. */
  readonly method: string;
  readonly uri: string;
  /** 0 on requests. */
  readonly status: number;
  readonly reason: string;
  /** Offset behind the line. */
  readonly end: number;
  /** `undefined` when the line is good. */
  readonly fault: SipParseCode | undefined;
}

/** Reads the line at `pos` (RFC 3261 7.1, 7.2); `undefined` when it is none of SIP's at all. */
export function readStartLine(text: string, pos: number): StartLine | undefined {
  const lf = text.indexOf('\n', pos);
  if (lf < 0) return undefined;
  const end = text.charCodeAt(lf - 1) === CR && lf > pos ? lf - 1 : lf;
  return text.startsWith('SIP/', pos)
    ? readStatusLine(text, pos, end, lf + 1)
    : readRequestLine(text, pos, end, lf + 1);
}

/** `METHOD SP Request-URI SP SIP/2.0`, one space each (RFC 4475 3.1.2.8 to 3.1.2.10). */
function readRequestLine(text: string, pos: number, end: number, next: number): StartLine | undefined {
  const methodEnd = skipToken(text, pos, end);
  const method = text.slice(pos, methodEnd);
  const lastSpace = text.lastIndexOf(' ', end - 1);
  if (lastSpace > methodEnd && text.startsWith('SIP/2.0', lastSpace + 1) && end === lastSpace + 8) {
    const uri = text.slice(methodEnd + 1, lastSpace);
    const good = methodEnd > pos && text.charCodeAt(methodEnd) === SPACE && isRequestUri(uri);
    return { method, uri, status: 0, reason: '', end: next, fault: good ? undefined : 'start_line' };
  }
  const loose = /^(\S+)[ \t]+(.*?)[ \t]+SIP\/(\d+\.\d+)[ \t]*$/i.exec(text.slice(pos, end));
  if (loose === null) return undefined;
  const fault = loose[3] === '2.0' ? 'start_line' : 'version';
  return { method: isToken(loose[1] ?? '') ? (loose[1] ?? '') : '', uri: '', status: 0, reason: '', end: next, fault };
}

/** `SIP/2.0 SP 3DIGIT SP phrase`; the space before an empty phrase may be missing. */
function readStatusLine(text: string, pos: number, end: number, next: number): StartLine | undefined {
  const parts = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/s.exec(text.slice(pos, end));
  if (parts === null) return undefined;
  return { method: '', uri: '', status: Number(parts[1]), reason: parts[2] ?? '', end: next, fault: undefined };
}

/**
 * What any absolute URI looks like; its scheme decides only later (416). Headers in a `sip:` URI are
 * not allowed here (RFC 3261 19.1.1 table 1, RFC 4475 3.1.2.11).
 */
function isRequestUri(uri: string): boolean {
  for (let i = 0; i < uri.length; i++) {
    const code = uri.charCodeAt(i);
    // 0x22 " 0x3c < 0x3e > 0x5c \ 0x7c | 0x7f DEL: in no URI, and the bar would break the control protocol
    if (
      code <= 0x20 ||
      code >= 0x7f ||
      code === 0x22 ||
      code === 0x3c ||
      code === 0x3e ||
      code === 0x5c ||
      code === 0x7c
    ) {
      return false;
    }
  }
  const colon = uri.indexOf(':');
  if (colon <= 0) return false;
  return !/^sips?:/i.test(uri) || uri.indexOf('?', uri.lastIndexOf('@') + 1) < 0;
}
