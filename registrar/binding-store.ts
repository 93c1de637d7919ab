import { parseSipUri } from '../auth/index.ts';
import type { BindingChange } from '../bus/index.ts';
import { type Binding, isConnection, isLive, toRecord } from './binding.ts';
import { MultiIndex } from './multi-index.ts';
import { SecondBuckets } from './second-buckets.ts';
import { TrunkTable } from './trunk-table.ts';

export type RemovalCause = Extract<BindingChange, { readonly op: 'remove' }>['cause'];

export interface BindingStoreOptions {
  readonly emit: (change: BindingChange) => void;
  /** Takes refreshes together; without it each is emitted by itself. */
  readonly emitRefreshes: ((bindings: readonly Binding[]) => void) | undefined;
  /** Called after a binding came, went, fell silent or woke; `cause` is that of the removal. */
  readonly changed: (binding: Binding, cause: RemovalCause | null) => void;
  /** Connections are to be found by the user@host of their Contact. */
  readonly hasContactIndex: boolean;
  /** A connection gained its first or lost its last binding. */
  readonly flowHeld: (flowId: string, held: boolean) => void;
}

/**
 * All bindings of this thread in memory, by trunk, by source address and by connection. A refresh touches no index and no
 * timer; expiry is looked at once a second.
 */
export class BindingStore {
  readonly #options: BindingStoreOptions;
  readonly #byTrunk = new MultiIndex<number, Binding>(new TrunkTable());
  readonly #bySource = new MultiIndex<string, Binding>();
  /** Connections alone: who speaks over UDP has no flow that could close. */
  readonly #byFlow = new MultiIndex<string, Binding>();
  readonly #byContact = new MultiIndex<string, Binding>();
  #refreshed: Binding[] = [];
  readonly #expiries = new SecondBuckets<Binding>();
  #size = 0;
  #order = 0;

  constructor(options: BindingStoreOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Every binding of the trunk that has not expired, silent ones too, in the order they came. */
  all(trunkId: number): readonly Binding[] {
    return this.#byTrunk.get(trunkId);
  }

  /** The binding of a trunk that has exactly one, as nearly all have; silent or expired, too. */
  single(trunkId: number): Binding | undefined {
    return this.#byTrunk.single(trunkId);
  }

  /** The bindings of the trunk that may be called, the newest first. */
  live(trunkId: number, nowMs: number): readonly Binding[] {
    const bindings = this.#byTrunk.get(trunkId);
    if (bindings.length === 1) return bindings[0] !== undefined && isLive(bindings[0], nowMs) ? bindings : [];
    return bindings.filter((binding) => isLive(binding, nowMs)).sort((a, b) => b.order - a.order);
  }

  bySource(address: string): readonly Binding[] {
    return this.#bySource.get(address);
  }

  hasSource(address: string): boolean {
    return this.#bySource.has(address);
  }

  byFlow(flowId: string): readonly Binding[] {
    return this.#byFlow.get(flowId);
  }

  /** Bindings over connections whose Contact has the same user@host; empty without the index. */
  byContact(uri: string): readonly Binding[] {
    return this.#byContact.get(contactKey(uri));
  }

  nextOrder(): number {
    this.#order += 1;
    return this.#order;
  }

  /** Takes in a new or restored binding. */
  add(binding: Binding): void {
    this.#size += 1;
    binding.order = this.nextOrder();
    this.#byTrunk.add(binding.trunkId, binding);
    this.#link(binding);
    binding.expirySecond = this.#expiries.put(binding, binding.expiresAtMs);
    this.#options.changed(binding, null);
  }

  /** Tells the outside what the binding is now. */
  persist(binding: Binding): void {
    binding.hasUntoldTimes = false;
    binding.toldExpiresAtMs = binding.expiresAtMs;
    this.#options.emit({ op: 'put', binding: toRecord(binding) });
  }

  /** The binding has new times and is otherwise what was told last. */
  persistTimes(binding: Binding): void {
    if (this.#options.emitRefreshes === undefined) this.persist(binding);
    else if (!binding.hasUntoldTimes && !isToldWellEnough(binding)) {
      binding.hasUntoldTimes = true;
      this.#refreshed.push(binding);
    }
  }

  /** Tells of the refreshes since the last time, once a binding. */
  tellRefreshes(): void {
    if (this.#refreshed.length === 0) return;
    const told = this.#refreshed.filter((binding) => binding.hasUntoldTimes && !binding.isGone);
    this.#refreshed = [];
    for (const binding of told) {
      binding.hasUntoldTimes = false;
      binding.toldExpiresAtMs = binding.expiresAtMs;
    }
    if (told.length > 0) this.#options.emitRefreshes?.(told);
  }

  /** The binding goes by another Contact text or reg-id now: what is persisted under the old ones is void. */
  forgetKey(binding: Binding, contact: string, regId: number | null): void {
    this.#options.emit({ op: 'remove', trunkId: binding.trunkId, contact, regId, cause: 'replaced' });
  }

  /** Runs a change of the binding and keeps indexes and expiry true to it. */
  update(binding: Binding, change: (binding: Binding) => void): void {
    const { sourceAddress, flowId, contact } = binding;
    change(binding);
    if (binding.sourceAddress !== sourceAddress || binding.flowId !== flowId || binding.contact !== contact) {
      this.#unlink(binding, sourceAddress, flowId, contact);
      this.#link(binding);
    }
    this.#followExpiry(binding);
    this.#options.changed(binding, null);
  }

  /** A live binding has new times; indexes and states are as they were. */
  renewed(binding: Binding): void {
    this.#followExpiry(binding);
    this.persistTimes(binding);
  }

  remove(binding: Binding, cause: RemovalCause): void {
    if (binding.isGone) return;
    binding.isGone = true;
    this.#size -= 1;
    this.#byTrunk.delete(binding.trunkId, binding);
    this.#unlink(binding, binding.sourceAddress, binding.flowId, binding.contact);
    this.#void(binding, cause);
    this.#options.changed(binding, cause);
  }

  /** The binding is not called any more, nor kept over a restart, but stays until it expires. */
  silence(binding: Binding): void {
    binding.liveness = 'silent';
    binding.hasUntoldTimes = false;
    this.#void(binding, 'probe_failed');
    this.#options.changed(binding, 'probe_failed');
  }

  /** Removes what has expired; costs by what is due, not by what is held. */
  expire(nowMs: number): void {
    this.#expiries.drain(nowMs, (binding, second) => {
      if (binding.isGone || binding.expirySecond !== second) return;
      if (binding.expiresAtMs <= nowMs) this.remove(binding, 'expired');
      else binding.expirySecond = this.#expiries.put(binding, binding.expiresAtMs);
    });
  }

  /** A later expiry is found when the earlier one comes up; only an earlier one needs another place. */
  #followExpiry(binding: Binding): void {
    if (!this.#expiries.isTooLate(binding.expirySecond, binding.expiresAtMs)) return;
    binding.expirySecond = this.#expiries.put(binding, binding.expiresAtMs);
  }

  #void({ trunkId, contact, regId }: Binding, cause: RemovalCause): void {
    this.#options.emit({ op: 'remove', trunkId, contact, regId, cause });
  }

  #link(binding: Binding): void {
    this.#bySource.add(binding.sourceAddress, binding);
    if (!isConnection(binding.transport)) return;
    if (this.#options.hasContactIndex) this.#byContact.add(contactKey(binding.contact), binding);
    if (binding.flowId === '') return;
    if (!this.#byFlow.has(binding.flowId)) this.#options.flowHeld(binding.flowId, true);
    this.#byFlow.add(binding.flowId, binding);
  }

  #unlink(binding: Binding, sourceAddress: string, flowId: string, contact: string): void {
    this.#bySource.delete(sourceAddress, binding);
    if (this.#options.hasContactIndex) this.#byContact.delete(contactKey(contact), binding);
    if (!this.#byFlow.has(flowId)) return;
    this.#byFlow.delete(flowId, binding);
    if (!this.#byFlow.has(flowId)) this.#options.flowHeld(flowId, false);
  }
}

/** How much later than told a binding may end, at most (ms), and as a share of the time granted. */
const MOMENT_MS = 30_000;
const MOMENT_SHARE = 0.1;

/**
 * An expiry that moved by so little is not written down: after a restart the binding ends that much too early. A PBX
 * that refreshed so soon will refresh again long before, and one that registers every few seconds costs no writing.
 */
function isToldWellEnough({ expiresAtMs, refreshedAtMs, toldExpiresAtMs }: Binding): boolean {
  const movedMs = expiresAtMs - toldExpiresAtMs;
  return movedMs > 0 && movedMs < Math.min(MOMENT_MS, (expiresAtMs - refreshedAtMs) * MOMENT_SHARE);
}

function contactKey(uri: string): string {
  const parts = parseSipUri(uri);
  return parts === undefined ? uri : `${parts.user}@${parts.host}`;
}
