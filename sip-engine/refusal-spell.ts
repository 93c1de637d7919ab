import type { EngineClock } from './ports.ts';
import type { TimingWheel } from './timer/index.ts';

export interface RefusalSpellDeps {
  readonly clock: EngineClock;
  readonly wheel: TimingWheel;
  /** It has begun, or is over after so many refusals that were told. */
  readonly changed: (isOn: boolean, refused: number) => void;
}

/** So long without a refusal, and it is over (ms). */
const OVER_MS = 1000;

/** A time in which something is refused again and again, told of when it begins and when it is over. */
export class RefusalSpell {
  readonly #deps: RefusalSpellDeps;
  #isOn = false;
  #told = 0;
  #lastMs = 0;

  constructor(deps: RefusalSpellDeps) {
    this.#deps = deps;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  count(): void {
    const { clock, changed } = this.#deps;
    this.#lastMs = clock.nowMs();
    if (this.#isOn) return;
    this.#isOn = true;
    changed(true, 0);
    this.#awaitEnd();
  }

  /** The one that was counted last was told. */
  countTold(): void {
    this.#told += 1;
  }

  #awaitEnd(): void {
    this.#deps.wheel.after(OVER_MS, () => {
      if (this.#deps.clock.nowMs() - this.#lastMs < OVER_MS) this.#awaitEnd();
      else this.#end();
    });
  }

  #end(): void {
    const told = this.#told;
    this.#told = 0;
    this.#isOn = false;
    this.#deps.changed(false, told);
  }
}
