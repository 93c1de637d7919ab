import { Buffer, isUtf8 } from 'node:buffer';

/**
 * Headers are scanned as Latin-1 text, one character a byte, and turned into UTF-8 text (RFC 3261
 * 7.3.1) only when a byte above 0x7f is in them.
 */
export function decodeUtf8(latin1: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the ASCII range
  if (/^[\x00-\x7f]*$/.test(latin1)) return latin1;
  const bytes = Buffer.from(latin1, 'latin1');
  // Old peers send Latin-1; better their letters than replacement characters.
  return isUtf8(bytes) ? bytes.toString('utf8') : latin1;
}

/** The UTF-8 bytes of a text, one character a byte. */
export function encodeUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Folds become one space (RFC 3261 7.3.1). */
export function unfold(text: string): string {
  return text.replace(/[ \t]*\r?\n[ \t]+/g, ' ').trim();
}

/** Folds as strict receivers want them: CRLF, and no continuation line of blanks alone. */
export function refold(text: string): string {
  return text.replace(/\r?\n(?:[ \t]*\r?\n)*(?=[ \t])/g, '\r\n');
}
