/**
 * A copy that does not keep the whole received message alive: a slice of a long string holds on to that string for as
 * long as it lives.
 */
export function ownText(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

/** The same in one piece, for what stays for hours: dearer to make than `ownText`, and half its size. */
export function flatText(text: string): string {
  return Buffer.from(text).toString();
}
