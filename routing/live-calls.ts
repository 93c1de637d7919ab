import type { Call, CallEnd } from './bridge/call.ts';

/** Two calls of one caller to one number this close together may be one call in a circle. */
const LOOP_WINDOW_MS = 5000;
/** The third live one is refused (interface.md, Answers). */
const LOOP_CALLS = 3;

/** Every call that has been admitted and has not ended. */
export class LiveCalls {
  readonly #calls = new Map<string, Call>();
  readonly #byPair = new Map<string, Set<Call>>();
  #idle: (() => void)[] = [];

  get size(): number {
    return this.#calls.size;
  }

  values(): IterableIterator<Call> {
    return this.#calls.values();
  }

  countByDirection(): Readonly<Record<'in' | 'out' | 'internal', number>> {
    const counts = { in: 0, out: 0, internal: 0 };
    for (const call of this.#calls.values()) counts[call.context.direction] += 1;
    return counts;
  }

  find(uuid: string): Call | undefined {
    return this.#calls.get(uuid);
  }

  add(call: Call): void {
    this.#calls.set(call.context.uuid, call);
    for (const key of pairsOf(call)) {
      const calls = this.#byPair.get(key) ?? new Set();
      calls.add(call);
      this.#byPair.set(key, calls);
    }
  }

  delete(call: Call): void {
    if (!this.#calls.delete(call.context.uuid)) return;
    for (const key of pairsOf(call)) {
      const calls = this.#byPair.get(key);
      calls?.delete(call);
      if (calls?.size === 0) this.#byPair.delete(key);
    }
    if (this.#calls.size > 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  /** Whether one more call would be the third live one of that pair, after one that went to the calling trunk. */
  isLoop(caller: string, called: string, trunkId: number, nowMs: number): boolean {
    const recent = [...(this.#byPair.get(pairKey(caller, called)) ?? [])].filter(
      (call) => nowMs - call.startedAtMs <= LOOP_WINDOW_MS,
    );
    return recent.length >= LOOP_CALLS - 1 && recent.some((call) => calledTrunkOf(call) === trunkId);
  }

  /** Ends every call that is up. */
  endAll(end: CallEnd): void {
    for (const call of [...this.#calls.values()]) call.hangUp(end);
  }

  /** Resolves when no call is left. */
  whenIdle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}

/** Under the number the caller sent, and under the one it was shown with: a PBX may forward either. */
function pairsOf(call: Call): readonly string[] {
  const { caller, presentation, calledNumber } = call.context;
  return [...new Set([caller, presentation?.user ?? caller])].map((number) => pairKey(number, calledNumber));
}

function pairKey(caller: string, called: string): string {
  return `${caller} ${called}`;
}

function calledTrunkOf(call: Call): number | undefined {
  return call.context.options[call.context.admitted]?.trunk?.id;
}
