/** When a core did not run, by the machine's clock (ms). */
export interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reads `FROM:TO` of each, apart by blanks. */
export function readStalls(text: number | string | undefined): readonly Stall[] {
  if (text === undefined || text === '') return [];
  return String(text)
    .split(' ')
    .map((pair) => pair.split(':').map(Number))
    .map(([fromMs = Number.NaN, toMs = Number.NaN]) => ({ fromMs, toMs }));
}

/** In order, and those that touch are one: cores that stand still together do so once. */
export function joinStalls(stalls: readonly Stall[]): readonly Stall[] {
  const joined: Stall[] = [];
  for (const stall of stalls.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last === undefined || stall.fromMs > last.toMs) joined.push(stall);
    else joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, stall.toMs) };
  }
  return joined;
}

/** Whether one of `joined` lies in the time, or a part of it; by halves, since there are as many questions as calls. */
export function isDisturbed(joined: readonly Stall[], fromMs: number, toMs: number): boolean {
  let [low, high] = [0, joined.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((joined[middle]?.fromMs ?? Number.POSITIVE_INFINITY) < toMs) low = middle + 1;
    else high = middle;
  }
  // The last that begins before the end: since none touches another it is also the last to end.
  const last = joined[low - 1];
  return last !== undefined && last.toMs > fromMs;
}
