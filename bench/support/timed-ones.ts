import { percentile } from './cpu.ts';
import type { Figure } from './report.ts';
import { heldUpMs, joinStalls, type Stall } from './stalls.ts';

/** What the machine did during some rounds. */
export interface Watched {
  /** Of any core. */
  readonly stalls: readonly Stall[];
  readonly seconds: number;
}

/** A request or a call; began by the machine's clock. */
export interface TimedOne {
  readonly beganMs: number;
  /** `undefined` when it failed. */
  readonly tookMs: number | undefined;
}

const BOUNDS_MS = [1, 5, 20] as const;

/** How long those of all rounds took that did not fail, and what the machine had to do with it. */
export class TimedOnes {
  readonly #tookMs: number[] = [];
  readonly #lessStallsMs: number[] = [];
  readonly #undisturbedMs: number[] = [];
  readonly #stallsMs: number[] = [];
  #seconds = 0;

  /** Those of one round. */
  add(ones: Iterable<TimedOne>, { stalls, seconds }: Watched): void {
    const joined = joinStalls(stalls);
    for (const { fromMs, toMs } of joined) this.#stallsMs.push(toMs - fromMs);
    this.#seconds += seconds;
    for (const { beganMs, tookMs } of ones) {
      if (tookMs === undefined) continue;
      this.#tookMs.push(tookMs);
      const heldMs = heldUpMs(joined, beganMs, beganMs + tookMs);
      this.#lessStallsMs.push(tookMs - heldMs);
      if (heldMs === 0) this.#undisturbedMs.push(tookMs);
    }
  }

  /** What a share of all (0 to 1) does not exceed (ms). */
  percentileMs(share: number): number {
    return percentile(this.#tookMs, share);
  }

  /**
   * 50, 95 and 99 % of all; 99 % of all, each less the time that the machine stood still in it; 99 % of those in whose time it
   * did not, and which share of all they are. All less `lessMs`, what the generator needs by itself.
   */
  figures(name: string, { lessMs = 0 } = {}): readonly Figure[] {
    const ms = (what: string, value: number): Figure => ({
      ...{ name: `${name}_${what}_ms`, value: value - lessMs, unit: 'ms', isRatio: false },
    });
    const left = this.#undisturbedMs.length / this.#tookMs.length;
    return [
      ms('p50', this.percentileMs(0.5)),
      ms('p95', this.percentileMs(0.95)),
      ms('p99', this.percentileMs(0.99)),
      ms('p99_less_stalls', percentile(this.#lessStallsMs, 0.99)),
      ms('p99_undisturbed', percentile(this.#undisturbedMs, 0.99)),
      { name: `${name}_undisturbed`, value: left * 100, unit: '% of all', isRatio: false },
    ];
  }

  /** Stalls of the machine in these rounds: how many a second are longer than 1, 5 and 20 ms, and the longest. */
  machineFigures(name: string): readonly Figure[] {
    const over = (boundMs: number): Figure => {
      const perSec = this.#stallsMs.filter((ms) => ms > boundMs).length / this.#seconds;
      return { name: `${name}_machine_stalls_over_${boundMs}ms`, value: perSec, unit: '1/s', isRatio: false };
    };
    const longest = this.#stallsMs.reduce((most, ms) => Math.max(most, ms), 0);
    return [
      ...BOUNDS_MS.map(over),
      { name: `${name}_machine_longest_stall`, value: longest, unit: 'ms', isRatio: false },
    ];
  }
}
