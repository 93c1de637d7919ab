import type { TrunkRecord } from '../bus/index.ts';
import type { Binding } from './binding.ts';
import type { BindingStore } from './binding-store.ts';
import type { Prober } from './prober.ts';

/**
 * Asks bindings that may have been the same PBX before it moved for a sign of life. Those without give way; when all of
 * a trunk have been heard, its limit holds again.
 */
export class Doubts {
  readonly #store: BindingStore;
  readonly #prober: Prober | undefined;
  /** Probes under way by trunk. */
  readonly #pending = new Map<number, number>();

  constructor(store: BindingStore, prober: Prober | undefined) {
    this.#store = store;
    this.#prober = prober;
  }

  settle(trunk: TrunkRecord, doubtful: readonly Binding[]): void {
    if (this.#prober === undefined || doubtful.length === 0) return;
    this.#pending.set(trunk.id, (this.#pending.get(trunk.id) ?? 0) + doubtful.length);
    for (const binding of doubtful) this.#ask(this.#prober, trunk, binding);
  }

  #ask(prober: Prober, trunk: TrunkRecord, binding: Binding): void {
    const { refreshedAtMs, cseq } = binding;
    prober.probe(binding, (answered) => {
      const isRefreshed = binding.refreshedAtMs !== refreshedAtMs || binding.cseq !== cseq;
      if (!answered && !isRefreshed) this.#store.remove(binding, 'replaced');
      const left = (this.#pending.get(trunk.id) ?? 1) - 1;
      if (left > 0) {
        this.#pending.set(trunk.id, left);
        return;
      }
      this.#pending.delete(trunk.id);
      enforceLimit(this.#store, trunk);
    });
  }
}

/** Silent ones go first; then the oldest, or under `reject` the newest. */
function enforceLimit(store: BindingStore, trunk: TrunkRecord): void {
  const all = store.all(trunk.id);
  const excess = all.length - trunk.maxContacts;
  if (excess <= 0) return;
  const direction = trunk.contactPolicy === 'reject' ? -1 : 1;
  const surplus = all.toSorted((a, b) => Number(isSilent(b)) - Number(isSilent(a)) || direction * (a.order - b.order));
  for (const binding of surplus.slice(0, excess)) store.remove(binding, 'replaced');
}

function isSilent(binding: Binding): boolean {
  return binding.liveness === 'silent';
}
