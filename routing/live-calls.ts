import type { Call, CallEnd } from './bridge/call.ts';
import { EmptiedMap } from './emptied-map.ts';

/** Two calls of one caller to one number this close together may be one call in a circle. */
const LOOP_WINDOW_MS = 5000;
/** The third live one is refused (interface.md, Answers). */
const LOOP_CALLS = 3;

interface Live {
  readonly call: Call;
  /** What `#byPair` has it under. */
  readonly pair: string;
  /** The other pair, where the caller was shown with another number than it sent. */
  readonly shownPair: string | undefined;
}

/** Every call that has been admitted and has not ended. */
export class LiveCalls {
  readonly #calls = new EmptiedMap<Live>();
  /** The lists are changed where they are, so that they are empty in the end. */
  readonly #byPair = new Map<string, Call[]>();
  #idle: (() => void)[] = [];

  get size(): number {
    return this.#calls.size;
  }

  countByDirection(): Readonly<Record<'in' | 'out' | 'internal', number>> {
    const counts = { in: 0, out: 0, internal: 0 };
    for (const call of this.#all()) counts[call.context.direction] += 1;
    return counts;
  }

  find(uuid: string): Call | undefined {
    return this.#calls.get(uuid)?.call;
  }

  add(call: Call): void {
    const { uuid, caller, presentation, calledNumber } = call.context;
    const pair = pairKey(caller, calledNumber);
    const isShownSo = presentation === undefined || presentation.user === caller;
    const shownPair = isShownSo ? undefined : pairKey(presentation.user, calledNumber);
    this.#calls.set(uuid, { call, pair, shownPair });
    this.#joinPair(pair, call);
    if (shownPair !== undefined) this.#joinPair(shownPair, call);
  }

  delete(call: Call): void {
    const live = this.#calls.delete(call.context.uuid);
    if (live === undefined) return;
    this.#leavePair(live.pair, call);
    if (live.shownPair !== undefined) this.#leavePair(live.shownPair, call);
    if (this.#calls.size > 0 || this.#idle.length === 0) return;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }

  /** Whether one more call would be the third live one of that pair, after one that went to the calling trunk. */
  isLoop(caller: string, called: string, trunkId: number, nowMs: number): boolean {
    const recent = (this.#byPair.get(pairKey(caller, called)) ?? []).filter(
      (call) => nowMs - call.startedAtMs <= LOOP_WINDOW_MS,
    );
    return recent.length >= LOOP_CALLS - 1 && recent.some((call) => calledTrunkOf(call) === trunkId);
  }

  /** Ends every call that is up. */
  endAll(end: CallEnd): void {
    for (const call of this.#all()) call.hangUp(end);
  }

  /** Resolves when no call is left. */
  whenIdle(): Promise<void> {
    if (this.#calls.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #all(): readonly Call[] {
    return this.#calls.values().map(({ call }) => call);
  }

  /** Under the number the caller sent, and under the one it was shown with: a PBX may forward either. */
  #joinPair(key: string, call: Call): void {
    const calls = this.#byPair.get(key);
    if (calls === undefined) this.#byPair.set(key, [call]);
    else calls.push(call);
  }

  #leavePair(key: string, call: Call): void {
    const calls = this.#byPair.get(key);
    if (calls === undefined) return;
    const at = calls.indexOf(call);
    if (at === calls.length - 1) calls.pop();
    else if (at >= 0) calls.splice(at, 1);
    if (calls.length === 0) this.#byPair.delete(key);
  }
}

function pairKey(caller: string, called: string): string {
  return `${caller} ${called}`;
}

function calledTrunkOf(call: Call): number | undefined {
  return call.context.options[call.context.admitted]?.trunk?.id;
}
