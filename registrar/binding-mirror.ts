import type { InboundRequest } from '../auth/index.ts';
import type { BindingRecord, BindingRefreshes } from '../bus/index.ts';
import { MultiIndex } from './multi-index.ts';

/** A binding as the thread that has the registrations shows it to the others. */
export interface ShownBinding {
  readonly record: BindingRecord;
  /** Not silent, nor in doubt. */
  readonly isCalled: boolean;
}

/** All bindings of one trunk, the newest first; none when the last has gone. */
export interface TrunkBindings {
  readonly trunkId: number;
  readonly bindings: readonly ShownBinding[];
}

/** What the thread that has the registrations tells the others, in order. */
export type MirrorNews =
  | { readonly kind: 'trunks'; readonly trunks: readonly TrunkBindings[] }
  | { readonly kind: 'refreshes'; readonly refreshes: BindingRefreshes };

interface Kept {
  record: BindingRecord;
  readonly isCalled: boolean;
}

/**
 * The bindings of another thread, as calls need them. It may be some milliseconds late, and a refresh some seconds: a
 * trunk that seems to have no binding is asked for where the registrations are.
 */
export class BindingMirror {
  readonly #nowMs: () => number;
  readonly #byTrunk = new Map<number, readonly Kept[]>();
  readonly #bySource = new MultiIndex<string, Kept>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  take(news: MirrorNews): void {
    if (news.kind === 'refreshes') this.#renew(news.refreshes);
    else for (const trunk of news.trunks) this.#put(trunk);
  }

  /** Bindings of a trunk that may be called, the newest first. */
  bindingsOf(trunkId: number): readonly BindingRecord[] {
    const now = this.#nowMs();
    return this.#of(trunkId)
      .filter(({ isCalled, record }) => isCalled && record.expiresAtMs > now)
      .map(({ record }) => record);
  }

  /** Whether the address holds a binding, on any port. */
  hasBindingFrom(address: string): boolean {
    return this.#bySource.has(address);
  }

  /**
   * A binding of exactly that address and port. Whether it has expired is told, not computed: a refresh that moved the
   * expiry by little is not told, and whoever calls from there must not be taken for an IP trunk at that address (P8).
   */
  findBindingBySource(address: string, port: number): BindingRecord | undefined {
    return this.#bySource.get(address).findLast(({ record }) => record.sourcePort === port)?.record;
  }

  /** Whether the request comes over the flow, or continues the Call-ID, of a binding that the trunk holds. */
  isBound(trunkId: number, { sourceAddress, sourcePort, callId }: InboundRequest): boolean {
    return this.#of(trunkId).some(
      ({ record }) =>
        record.sourceAddress === sourceAddress && (record.sourcePort === sourcePort || record.callId === callId),
    );
  }

  #of(trunkId: number): readonly Kept[] {
    return this.#byTrunk.get(trunkId) ?? [];
  }

  #put({ trunkId, bindings }: TrunkBindings): void {
    for (const kept of this.#of(trunkId)) this.#bySource.delete(kept.record.sourceAddress, kept);
    const all: readonly Kept[] = bindings.map((binding) => ({ ...binding }));
    if (all.length === 0) this.#byTrunk.delete(trunkId);
    else this.#byTrunk.set(trunkId, all);
    // As they came: the newest is the last.
    for (const kept of all.toReversed()) this.#bySource.add(kept.record.sourceAddress, kept);
  }

  #renew({ trunkIds, contacts, regIds, expiresAtMs }: BindingRefreshes): void {
    for (const [at, trunkId] of trunkIds.entries()) {
      const isIt = ({ record }: Kept) => record.contact === contacts[at] && record.regId === regIds[at];
      const kept = this.#of(trunkId).find(isIt);
      if (kept !== undefined) kept.record = { ...kept.record, expiresAtMs: expiresAtMs[at] ?? kept.record.expiresAtMs };
    }
  }
}
