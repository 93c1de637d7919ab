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

/** How much of the time lies in `joined` stalls (ms); by halves, since there are as many questions as calls. */
export function heldUpMs(joined: readonly Stall[], fromMs: number, toMs: number): number {
  let [low, high] = [0, joined.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((joined[middle]?.fromMs ?? Number.POSITIVE_INFINITY) < toMs) low = middle + 1;
    else high = middle;
  }
  let heldMs = 0;
  // From the last that begins before the end back to the first that ends after the beginning: none touches another.
  for (let at = low - 1; at >= 0; at--) {
    const { fromMs: stoodMs, toMs: goesOnMs } = joined[at] ?? { fromMs: 0, toMs: Number.NEGATIVE_INFINITY };
    if (goesOnMs <= fromMs) break;
    heldMs += Math.min(goesOnMs, toMs) - Math.max(stoodMs, fromMs);
  }
  return heldMs;
}
