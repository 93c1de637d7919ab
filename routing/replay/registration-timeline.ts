/** From then on the trunk was in that state. */
export interface TimedState {
  readonly trunkId: number;
  readonly atMs: number;
  readonly state: 'registered' | 'offline';
}

/** Which trunks were offline at the moment that the replay has come to; a trunk nobody noted anything of was not. */
export class RegistrationTimeline {
  readonly #states: readonly TimedState[];
  readonly #offline = new Set<number>();
  #next = 0;

  constructor(states: readonly TimedState[]) {
    this.#states = states.toSorted((a, b) => a.atMs - b.atMs);
  }

  /** Goes on to a moment that is not before the last. */
  advance(atMs: number): void {
    for (let state = this.#states[this.#next]; state !== undefined && state.atMs <= atMs; ) {
      if (state.state === 'offline') this.#offline.add(state.trunkId);
      else this.#offline.delete(state.trunkId);
      this.#next += 1;
      state = this.#states[this.#next];
    }
  }

  isOffline(trunkId: number): boolean {
    return this.#offline.has(trunkId);
  }
}
