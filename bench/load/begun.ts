import { Times } from './times.ts';

/** What became of everything that one round has begun: where it began, and how long it took. */
export interface Begun {
  /** Both from the start of the process's clock (ms); `tookMs` below 0 when it failed. */
  add(beganMs: number, tookMs: number): void;
  /** `BEGAN:TOOK` of each, in ms since the start of the round, as `readBegun` takes it. */
  text(): string;
  /** Of what did not fail, in order (ms). */
  tookMs(): Float64Array;
}

export function collectBegun(startMs: number): Begun {
  const [began, took] = [new Times(), new Times()];
  return {
    add(beganMs, tookMs) {
      began.push(beganMs - startMs);
      took.push(tookMs);
    },
    text: () =>
      Array.from({ length: began.length }, (_, at) => `${Math.round(began.at(at))}:${took.at(at).toFixed(2)}`).join(
        ' ',
      ),
    tookMs: () => took.sorted().filter((ms) => ms >= 0),
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
