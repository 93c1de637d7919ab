import type { OfflineCause, TrunkRecord, TrunkStateChange, TrunkStateRecord, TrunkTransition } from '../bus/index.ts';
import { type Binding, toRecord } from './binding.ts';
import { SecondBuckets } from './second-buckets.ts';
import { TrunkTable } from './trunk-table.ts';

export interface TrunkStatesOptions {
  readonly nowMs: () => number;
  /** Shortest time between two events of one trunk; the state itself is never late. */
  readonly flapDampingSec: number;
  readonly emit: (change: TrunkStateChange) => void;
  /** Every change at once, damped or not. */
  readonly changed: (transition: TrunkTransition) => void;
}

/** The state of a trunk's registration (A7). */
export interface TrunkState {
  readonly state: 'registered' | 'offline';
  readonly sinceMs: number;
  /** Why it is offline; `null` while registered. */
  readonly cause: OfflineCause | null;
}

interface Entry {
  state: 'registered' | 'offline';
  sinceMs: number;
  cause: OfflineCause | null;
  /** `undefined` for a trunk that was offline before the restart and has not come back. */
  binding: Binding | undefined;
  toldState: 'registered' | 'offline';
  toldAtMs: number;
  isWaiting: boolean;
}

/** Registered or offline per trunk, with events on change only (A19) and damping for trunks that flap. */
export class TrunkStates {
  readonly #options: TrunkStatesOptions;
  readonly #entries = new TrunkTable<Entry>();
  readonly #waiting = new SecondBuckets<number>();
  /** Trunks in a rotation whose PBX still uses the old password. */
  readonly #onOldPassword = new Set<number>();
  /** Until when the old password was good of which the end was told. */
  readonly #movedTold = new Map<number, number>();
  #registered = 0;

  constructor(options: TrunkStatesOptions) {
    this.#options = options;
  }

  /** How many trunks are registered and how many were and are not. */
  get counts(): { readonly registered: number; readonly offline: number } {
    return { registered: this.#registered, offline: this.#entries.size - this.#registered };
  }

  get(trunkId: number): TrunkState | undefined {
    return this.#entries.get(trunkId);
  }

  /** Trunks that were offline before a restart, as the outside knows them: no event. */
  restoreOffline(states: readonly TrunkStateRecord[]): void {
    for (const { trunkId, sinceMs, cause } of states) {
      this.#entries.set(trunkId, {
        state: 'offline',
        sinceMs,
        cause,
        binding: undefined,
        toldState: 'offline',
        toldAtMs: Number.NEGATIVE_INFINITY,
        isWaiting: false,
      });
    }
  }

  /** What the outside knew before a restart: no event. */
  restore(binding: Binding, sinceMs: number): void {
    if (this.#entries.get(binding.trunkId)?.state === 'registered') return;
    this.#registered += 1;
    this.#entries.set(binding.trunkId, {
      state: 'registered',
      sinceMs,
      cause: null,
      binding,
      toldState: 'registered',
      toldAtMs: Number.NEGATIVE_INFINITY,
      isWaiting: false,
    });
  }

  /** The trunk has a live binding, or has lost its last for that cause. */
  set(binding: Binding, state: 'registered' | 'offline', cause: OfflineCause | null): void {
    const entry = this.#entries.get(binding.trunkId) ?? this.#first(binding);
    entry.binding = binding;
    if (entry.state === state) return;
    this.#registered += state === 'registered' ? 1 : -1;
    entry.state = state;
    entry.sinceMs = this.#options.nowMs();
    entry.cause = cause;
    const { trunkId, accountId } = binding;
    this.#options.changed({ trunkId, accountId, state, atMs: entry.sinceMs, cause });
    this.#tell(binding.trunkId, entry);
  }

  /** Notes which password a REGISTER used; true when the PBX has just gone over to the new one. */
  passwordChanged(trunk: TrunkRecord, password: 'current' | 'previous'): boolean {
    if (password === 'previous') {
      this.#onOldPassword.add(trunk.id);
      this.#movedTold.delete(trunk.id);
      return false;
    }
    const wasOnOld = this.#onOldPassword.size > 0 && this.#onOldPassword.delete(trunk.id);
    const untilMs = trunk.previousHa1?.untilMs ?? 0;
    if (untilMs <= this.#options.nowMs()) return wasOnOld;
    // A PBX that goes over before it refreshed with the old one has moved, too; once a rotation.
    if (this.#movedTold.get(trunk.id) === untilMs) return false;
    this.#movedTold.set(trunk.id, untilMs);
    return true;
  }

  /** Forgets a trunk that is no more; what damping has held back of it is told now or never. */
  forget(trunkId: number): void {
    this.#onOldPassword.delete(trunkId);
    this.#movedTold.delete(trunkId);
    const entry = this.#entries.get(trunkId);
    if (entry?.state === 'registered') this.#registered -= 1;
    if (entry !== undefined && entry.state !== entry.toldState) this.#emit(trunkId, entry);
    this.#entries.delete(trunkId);
  }

  /** Tells what damping has held back and still holds true. */
  tick(nowMs: number): void {
    this.#waiting.drain(nowMs, (trunkId) => {
      const entry = this.#entries.get(trunkId);
      if (entry === undefined) return;
      entry.isWaiting = false;
      if (entry.state !== entry.toldState) this.#tell(trunkId, entry);
    });
  }

  #first(binding: Binding): Entry {
    const entry: Entry = {
      state: 'offline',
      sinceMs: this.#options.nowMs(),
      cause: null,
      binding,
      toldState: 'offline',
      toldAtMs: Number.NEGATIVE_INFINITY,
      isWaiting: false,
    };
    this.#entries.set(binding.trunkId, entry);
    return entry;
  }

  #tell(trunkId: number, entry: Entry): void {
    const now = this.#options.nowMs();
    const freeAtMs = entry.toldAtMs + this.#options.flapDampingSec * 1000;
    // What was told in the future was told before the clock was set back.
    if (freeAtMs > now && entry.toldAtMs <= now) {
      if (!entry.isWaiting) this.#waiting.put(trunkId, freeAtMs);
      entry.isWaiting = true;
      return;
    }
    this.#emit(trunkId, entry);
  }

  #emit(trunkId: number, entry: Entry): void {
    const { binding } = entry;
    if (binding === undefined) return;
    entry.toldState = entry.state;
    entry.toldAtMs = this.#options.nowMs();
    this.#options.emit({
      trunkId,
      accountId: binding.accountId,
      state: entry.state,
      atMs: entry.sinceMs,
      cause: entry.cause,
      binding: toRecord(binding),
    });
  }
}
