import type { EngineClock } from './ports.ts';
import type { TimingWheel } from './timer/index.ts';

export interface RefusalSpellDeps {
  readonly clock: EngineClock;
  readonly wheel: TimingWheel;
  /** It has begun, or is over after so many refusals. */
  readonly changed: (isOn: boolean, refused: number) => void;
}

/** So long without a refusal, and it is over (ms). */
const OVER_MS = 1000;

/** A time in which something is refused again and again, told of when it begins and when it is over. */
export class RefusalSpell {
  readonly #deps: RefusalSpellDeps;
  #refused = 0;
  #lastMs = 0;

  constructor(deps: RefusalSpellDeps) {
    this.#deps = deps;
  }

  count(): void {
    const { clock, changed } = this.#deps;
    this.#lastMs = clock.nowMs();
    this.#refused += 1;
    if (this.#refused > 1) return;
    changed(true, 0);
    this.#awaitEnd();
  }

  #awaitEnd(): void {
    this.#deps.wheel.after(OVER_MS, () => {
      if (this.#deps.clock.nowMs() - this.#lastMs < OVER_MS) this.#awaitEnd();
      else this.#end();
    });
  }

  #end(): void {
    const refused = this.#refused;
    this.#refused = 0;
    this.#deps.changed(false, refused);
  }
}
