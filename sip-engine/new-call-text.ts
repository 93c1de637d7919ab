const INVITE = 'INVITE ';
const TAG = /tag/i;

/** By its first line and its To, where both stand as nearly everybody writes them; whatever else may be a call's is read. */
export function isNewCall(text: string): boolean {
  if (!text.startsWith(INVITE)) return false;
  const to = text.indexOf('\nTo:');
  // A body may have such a line, too.
  if (to < 0 || to > text.indexOf('\r\n\r\n')) return false;
  const end = text.indexOf('\n', to + 1);
  const isFolded = text[end + 1] === ' ' || text[end + 1] === '\t';
  return !isFolded && !TAG.test(text.slice(to, end));
}

/** The Request-URI of such a text. */
export function calledUri(text: string): string {
  return text.slice(INVITE.length, text.indexOf(' ', INVITE.length));
}
