import { closest, distance } from 'fastest-levenshtein';

/** `, did you mean "x"?` when a known word is near enough to be meant; `''` otherwise. */
export function nearest(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const candidate = closest(word, known);
  return distance(word, candidate) <= Math.max(2, word.length / 3) ? `, did you mean "${candidate}"?` : '';
}
