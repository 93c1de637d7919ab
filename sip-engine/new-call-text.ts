const INVITE = 'INVITE ';
/** What tells an upper-case letter from a lower-case one. */
const CASE = 0x20;
const [T, A, G] = [0x74, 0x61, 0x67];

/** By its first line and its To, where both stand as nearly everybody writes them; whatever else may be a call's is read. */
export function isNewCall(text: string): boolean {
  if (!text.startsWith(INVITE)) return false;
  const to = findTo(text);
  // A body may have such a line, too.
  if (to < 0 || to > text.indexOf('\r\n\r\n')) return false;
  const end = text.indexOf('\n', to + 1);
  const isFolded = text[end + 1] === ' ' || text[end + 1] === '\t';
  return !isFolded && !holdsTag(text, to, end);
}

/** Its name is seldom in a message, unlike the line end before it, at which a search would stop at each line. */
function findTo(text: string): number {
  const to = text.indexOf('To:') - 1;
  return to < 0 || text[to] === '\n' ? to : text.indexOf('\nTo:');
}

/** In either case; without an expression, which takes as long as all the rest. */
function holdsTag(text: string, from: number, end: number): boolean {
  for (let at = from; at + 2 < end; at += 1) {
    if ((text.charCodeAt(at) | CASE) !== T || (text.charCodeAt(at + 1) | CASE) !== A) continue;
    if ((text.charCodeAt(at + 2) | CASE) === G) return true;
  }
  return false;
}

/** The Request-URI of such a text. */
export function calledUri(text: string): string {
  return text.slice(INVITE.length, text.indexOf(' ', INVITE.length));
}
