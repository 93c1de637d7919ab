import { machineClockOffsetMs } from '../support/machine-clock.ts';
import { Times } from './times.ts';

/** What became of everything that one round has begun: where it began, how long it took, and how it ended. */
export interface Begun {
  /** When the round began, by the machine's clock (ms). */
  readonly startMs: number;
  /** Both from the start of the process's clock (ms); `ended` is `DONE` or why it failed. */
  add(beganMs: number, tookMs: number, ended: number): void;
  /** `BEGAN:TOOK:ENDED` of each, in ms since the start of the round, as `readBegun` takes it. */
  text(): string;
  /** Of what did not fail, in order (ms). */
  tookMs(): Float64Array;
}

/** How something ended: a final status, or nothing heard; of a call's BYE so much more. */
export const DONE = 200;
export const UNHEARD = 0;
export const OF_BYE = 1000;

export function collectBegun(startMs: number): Begun {
  const [began, took, ended] = [new Times(), new Times(), new Times()];
  const one = (at: number) => `${began.at(at).toFixed(1)}:${took.at(at).toFixed(2)}:${ended.at(at)}`;
  return {
    startMs: startMs + machineClockOffsetMs(),
    add(beganMs, tookMs, how) {
      began.push(beganMs - startMs);
      took.push(tookMs);
      ended.push(how);
    },
    text: () => Array.from({ length: began.length }, (_, at) => one(at)).join(' '),
    tookMs: () => took.sorted((at) => ended.at(at) === DONE),
  };
}

export interface One {
  readonly beganMs: number;
  /** `undefined` when it failed. */
  readonly tookMs: number | undefined;
  /** Until it was done or had failed. */
  readonly lastedMs: number;
  readonly ended: number;
}

/** What a round of a generator has told of each; began since the start of the round, or since `fromMs`. */
export function readBegun(text: number | string | undefined, fromMs = 0): readonly One[] {
  if (text === undefined || text === '') return [];
  return String(text)
    .split(' ')
    .map((one) => one.split(':').map(Number))
    .map(([beganMs = 0, lastedMs = 0, ended = UNHEARD]) => ({
      ...{ beganMs: beganMs + fromMs, tookMs: ended === DONE ? lastedMs : undefined, lastedMs, ended },
    }));
}

/** In words. */
export function sayEnd({ ended, lastedMs }: One): string {
  return `${sayHow(ended)} after ${lastedMs.toFixed(0)} ms`;
}

/** How many ended how, in words, most first. */
export function sayEnds(all: readonly One[]): string {
  const groups = [...Map.groupBy(all, ({ ended }) => ended)].sort(([, a], [, b]) => b.length - a.length);
  return groups.map(([ended, { length }]) => `${length} ${sayHow(ended)}`).join(', ');
}

function sayHow(ended: number): string {
  if (ended === DONE) return 'done';
  const [of, status] = ended >= OF_BYE ? ['BYE ', ended - OF_BYE] : ['', ended];
  return status === UNHEARD ? `${of}unanswered` : `${of}answered with ${status}`;
}
