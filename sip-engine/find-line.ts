/**
 * Where a line begins with that, -1 where none does. Looks for a header's name first and for the line end before it then: its
 * first letter is seldom in a message, unlike a line end, at which a search would stop ten times.
 */
export function findLine(text: string, beginning: string): number {
  const at = text.indexOf(beginning);
  if (at <= 0 || text[at - 1] === '\n') return at;
  const before = text.indexOf(`\n${beginning}`, at);
  return before < 0 ? before : before + 1;
}
