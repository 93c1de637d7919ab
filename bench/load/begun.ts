/** What became of everything that one round has begun: where it began, and how long it took. */
export interface Begun {
  /** Both from the start of the round and of the process's clock (ms); `tookMs` below 0 when it failed. */
  add(beganMs: number, tookMs: number): void;
  /** `BEGAN:TOOK` of each, in ms, as `readBegun` takes it. */
  text(): string;
}

export function collectBegun(startMs: number): Begun {
  const all: string[] = [];
  return {
    add: (beganMs, tookMs) => void all.push(`${Math.round(beganMs - startMs)}:${tookMs.toFixed(1)}`),
    text: () => all.join(' '),
  };
}

export interface One {
  readonly beganMs: number;
  /** `undefined` when it failed. */
  readonly tookMs: number | undefined;
}

export function readBegun(text: number | string | undefined): readonly One[] {
  if (text === undefined || text === '') return [];
  return String(text)
    .split(' ')
    .map((pair) => pair.split(':').map(Number))
    .map(([beganMs = 0, tookMs = -1]) => ({ beganMs, tookMs: tookMs < 0 ? undefined : tookMs }));
}
