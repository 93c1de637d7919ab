/**
 * A copy that does not keep the whole received message alive: a slice of a long string holds on to that string for as
 * long as it lives, and bindings live for hours.
 */
export function ownText(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
