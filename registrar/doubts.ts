import type { TrunkRecord } from '../bus/index.ts';
import type { Binding } from './binding.ts';
import type { BindingStore } from './binding-store.ts';
import type { Prober } from './prober.ts';

/**
 * Asks bindings that may have been the same PBX before it moved for a sign of life: those without give way. Until a
 * binding has answered it counts last, so that the trunk never has more than its limit: where there is no room for it,
 * it is `doubtful` and not called.
 */
export class Doubts {
  readonly #store: BindingStore;
  readonly #prober: Prober | undefined;
  /** Bindings with a probe under way by trunk. */
  readonly #asked = new Map<number, Set<Binding>>();

  constructor(store: BindingStore, prober: Prober | undefined) {
    this.#store = store;
    this.#prober = prober;
  }

  /** Whether it is still open that the binding stays. */
  isAsked(binding: Binding): boolean {
    return this.#asked.get(binding.trunkId)?.has(binding) === true;
  }

  /** Whether any binding of the trunk is being asked. */
  concern(trunkId: number): boolean {
    return this.#asked.size > 0 && this.#asked.has(trunkId);
  }

  /** `registered` have just given that sign themselves. */
  settle(trunk: TrunkRecord, doubtful: readonly Binding[], registered: readonly (Binding | undefined)[]): void {
    const known = this.#asked.get(trunk.id);
    if (this.#prober === undefined || (doubtful.length === 0 && known === undefined)) return;
    const asked = known ?? new Set();
    for (const binding of registered) if (binding !== undefined) asked.delete(binding);
    const added = doubtful.filter((binding) => !asked.has(binding));
    for (const binding of added) asked.add(binding);
    this.#keep(trunk.id, asked);
    this.#fit(trunk, asked);
    for (const binding of added) this.#ask(this.#prober, trunk, binding, asked);
  }

  #ask(prober: Prober, trunk: TrunkRecord, binding: Binding, asked: Set<Binding>): void {
    const { refreshedAtMs, cseq } = binding;
    prober.probe(binding, (answered) => {
      const isRefreshed = binding.refreshedAtMs !== refreshedAtMs || binding.cseq !== cseq;
      if (!answered && !isRefreshed) this.#store.remove(binding, 'replaced');
      asked.delete(binding);
      this.#keep(trunk.id, asked);
      this.#fit(trunk, asked);
    });
  }

  #keep(trunkId: number, asked: Set<Binding>): void {
    if (asked.size === 0) this.#asked.delete(trunkId);
    else this.#asked.set(trunkId, asked);
  }

  /** Those of whom nothing is asked have the room first; the rest share what is left, the newest first. */
  #fit(trunk: TrunkRecord, asked: ReadonlySet<Binding>): void {
    const all = this.#store.all(trunk.id);
    const waiting = all.filter((binding) => asked.has(binding)).sort((a, b) => b.order - a.order);
    enforceLimit(this.#store, trunk, asked);
    const room = Math.max(0, trunk.maxContacts - (all.length - waiting.length));
    for (const [index, binding] of waiting.entries()) {
      const isDoubtful = index >= room;
      if (isSilent(binding) || isDoubtful === (binding.liveness === 'doubtful')) continue;
      this.#store.update(binding, (changed) => {
        changed.liveness = isDoubtful ? 'doubtful' : 'unconfirmed';
      });
    }
  }
}

/** Silent ones go first; then the oldest, or under `reject` the newest. */
function enforceLimit(store: BindingStore, trunk: TrunkRecord, asked: ReadonlySet<Binding>): void {
  const settled = store.all(trunk.id).filter((binding) => !asked.has(binding));
  const excess = settled.length - trunk.maxContacts;
  if (excess <= 0) return;
  const direction = trunk.contactPolicy === 'reject' ? -1 : 1;
  const surplus = settled.toSorted(
    (a, b) => Number(isSilent(b)) - Number(isSilent(a)) || direction * (a.order - b.order),
  );
  for (const binding of surplus.slice(0, excess)) store.remove(binding, 'replaced');
}

function isSilent(binding: Binding): boolean {
  return binding.liveness === 'silent';
}
