/** Nearly always none or one, for which a list that is replaced is a tenth of a Set; a Set once they are many. */
export type Few<T> = readonly T[] | Set<T>;

/** A list of more would be copied with each that comes, and there may be as many as a peer likes. */
const MOST_IN_LIST = 8;

/** With one more, which is not in it; the former value is of no use any longer. */
export function withOne<T>(few: Few<T>, item: T): Few<T> {
  if (few instanceof Set) return few.add(item);
  if (few.length === 0) return [item];
  return few.length < MOST_IN_LIST ? [...few, item] : new Set(few).add(item);
}

/** Without that one; the former value is of no use any longer. */
export function withoutOne<T>(few: Few<T>, item: T): Few<T> {
  if (few instanceof Set) {
    few.delete(item);
    return few;
  }
  return few.length === 0 ? few : few.filter((other) => other !== item);
}

export function hasOne<T>(few: Few<T>, item: T): boolean {
  return few instanceof Set ? few.has(item) : few.includes(item);
}
