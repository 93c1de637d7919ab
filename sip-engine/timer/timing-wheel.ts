import type { EngineClock, Stop } from '../ports.ts';
import { TimerList, WheelTimer } from './timer-list.ts';

/** A running timer; the wheel forgets it when it has fired or was cancelled. */
export interface Timer {
  readonly armed: boolean;
  /** Harmless when it has fired or was cancelled already. */
  cancel(): void;
}

export interface TimingWheel {
  /** Calls `run` once, `delayMs` from now or up to one tick later, never earlier. */
  after(delayMs: number, run: () => void): Timer;
  /** Timers that are armed now. */
  readonly size: number;
  /** Cancels everything; later `after` calls never fire. */
  close(): void;
}

export interface TimingWheelOptions {
  readonly clock: EngineClock;
  /** @default 10 */
  readonly tickMs?: number;
  /** Levels of the wheel; four reach 7.8 days at 10 ms, what lies beyond is dealt out again. @default 4 */
  readonly levels?: 2 | 3 | 4;
  /** Told of what a callback throws; the other timers go on. */
  readonly onError?: (error: unknown) => void;
}

/** Slots of the first level; 256 ticks of 10 ms are 2.56 s. */
const FIRST_SLOTS = 256;
/** Slots of each further level. */
const UPPER_SLOTS = 64;
/** First tick count that each level no longer reaches: 2.56 s, 164 s, 2.9 h, 7.8 days. */
const REACH: readonly number[] = [
  FIRST_SLOTS,
  FIRST_SLOTS * UPPER_SLOTS,
  FIRST_SLOTS * UPPER_SLOTS ** 2,
  FIRST_SLOTS * UPPER_SLOTS ** 3,
];

/**
 * Most ticks that pass in one turn. After a stall of the process the answers of the peers lie in the sockets:
 * they are read between the turns in which the wheel catches up, before their silence is believed.
 */
const MOST_TICKS_A_TURN = 10;
/**
 * Of what the wheel is late, where that is more: where turns go on being longer than those ticks, or the machine was asleep, it
 * would be later and later. It is late by 50 turns at most.
 */
const LEAST_SHARE_A_TURN = 1 / 50;

/**
 * A hierarchical timing wheel (Varghese and Lauck): arming and cancelling cost the same for ten timers
 * and for 100,000, one clock interval drives them all, and with nothing armed there is no interval.
 */
export function createTimingWheel(options: TimingWheelOptions): TimingWheel {
  return new HierarchicalWheel(options);
}

class HierarchicalWheel implements TimingWheel {
  readonly #clock: EngineClock;
  readonly #tickMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #levels: readonly (readonly TimerList[])[];
  readonly #startMs: number;
  /** Every tick up to and including this one has been worked off. */
  #tick = 0;
  #size = 0;
  #stop: Stop | undefined;
  #closed = false;

  constructor(options: TimingWheelOptions) {
    this.#clock = options.clock;
    this.#tickMs = options.tickMs ?? 10;
    this.#onError = options.onError ?? (() => undefined);
    this.#levels = REACH.slice(0, options.levels ?? REACH.length).map((_, level) =>
      Array.from({ length: level === 0 ? FIRST_SLOTS : UPPER_SLOTS }, () => new TimerList()),
    );
    this.#startMs = this.#clock.nowMs();
  }

  get size(): number {
    return this.#size;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = new WheelTimer(run, this);
    if (this.#closed) {
      timer.armed = false;
      return timer;
    }
    if (this.#size === 0) this.#wake();
    const dueMs = this.#clock.nowMs() - this.#startMs + Math.max(0, delayMs);
    // A tick worked off already never comes again: due now means due at the next one.
    timer.dueTick = Math.max(this.#tick + 1, Math.ceil(dueMs / this.#tickMs));
    this.#size++;
    this.#place(timer);
    return timer;
  }

  /** @internal A timer of this wheel has fired or was cancelled. */
  released(): void {
    this.#size--;
  }

  close(): void {
    this.#closed = true;
    for (const slots of this.#levels) {
      for (const slot of slots) for (const timer of slot.takeAll()) timer.cancel();
    }
    this.#sleep();
  }

  /** Skips the ticks that passed while nothing was armed and starts the clock. */
  #wake(): void {
    this.#tick = Math.max(this.#tick, this.#nowTick());
    this.#stop ??= this.#clock.every(this.#tickMs, () => this.#advance());
  }

  #sleep(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  #nowTick(): number {
    return Math.floor((this.#clock.nowMs() - this.#startMs) / this.#tickMs);
  }

  #advance(): void {
    const late = this.#nowTick() - this.#tick;
    const until = this.#tick + Math.min(late, Math.max(MOST_TICKS_A_TURN, Math.ceil(late * LEAST_SHARE_A_TURN)));
    while (this.#tick < until && this.#size > 0) {
      this.#tick++;
      this.#cascade();
      this.#fire(this.#slot(0, this.#tick));
    }
    if (this.#size === 0) this.#sleep();
  }

  #fire(slot: TimerList): void {
    for (const timer of slot.takeAll()) {
      if (!timer.armed) continue;
      const { run } = timer;
      timer.cancel();
      try {
        run();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  /** At the turn of a level the next slot of the level above is dealt out below. */
  #cascade(): void {
    for (let level = 1; level < this.#levels.length; level++) {
      if (this.#tick % (REACH[level - 1] ?? 1) !== 0) return;
      for (const timer of this.#slot(level, this.#tick).takeAll()) {
        if (timer.armed) this.#place(timer);
      }
    }
  }

  #place(timer: WheelTimer): void {
    const distance = timer.dueTick - this.#tick;
    const top = this.#levels.length - 1;
    let fit = 0;
    while (fit <= top && distance >= (REACH[fit] ?? 0)) fit++;
    const beyond = fit > top;
    // Beyond the top level's reach it waits in the farthest slot and is dealt out again from there.
    const tick = beyond ? this.#tick + (REACH[top] ?? 0) - 1 : timer.dueTick;
    this.#slot(beyond ? top : fit, tick).append(timer);
  }

  #slot(level: number, tick: number): TimerList {
    const slots = this.#levels[level] ?? [];
    const step = level === 0 ? 1 : (REACH[level - 1] ?? 1);
    const slot = slots[Math.floor(tick / step) % slots.length];
    if (slot === undefined) throw new RangeError(`no slot for tick ${tick} at level ${level}`);
    return slot;
  }
}
