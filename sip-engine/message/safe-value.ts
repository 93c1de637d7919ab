import { BACKSLASH, QUOTE } from './chars.ts';

const SUSPECT = /[\r\n\0]/;

/**
 * False when the text holds CR, LF or NUL and would so become more than one header. The one NUL that
 * RFC 3261 25.1 allows is the quoted-pair inside a quoted string (RFC 4475 3.1.1.2 has one).
 */
export function isSafeValue(text: string): boolean {
  return !SUSPECT.test(text) || (!/[\r\n]/.test(text) && nulsAreQuotedPairs(text));
}

/** False when the text would not be one URI where it is written into a message. */
export function isSafeUri(uri: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: white space and control characters end the URI
  return uri !== '' && !/[\x00-\x20\x7f<>]/.test(uri);
}

/** True when each NUL of the text is a quoted-pair inside a quoted string; also of a text without any. */
export function nulsAreQuotedPairs(text: string): boolean {
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) return false;
    if (quoted && code === BACKSLASH) i++;
    else if (code === QUOTE) quoted = !quoted;
  }
  return true;
}
