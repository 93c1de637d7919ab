import type { BindingRecord, OfflineCause, TrunkRecord } from '../bus/index.ts';
import { type Binding, fromRecord, isConnection, isLive, type LiveBinding, staticBinding } from './binding.ts';
import { BindingStore, type RemovalCause } from './binding-store.ts';
import { Doubts } from './doubts.ts';
import { FlowJudge } from './flow-judge.ts';
import { IpTrunks } from './ip-trunks.ts';
import { NatRefresh } from './nat-refresh.ts';
import type { RegistrarOptions } from './options.ts';
import { Prober } from './prober.ts';
import { SharedTexts } from './shared-texts.ts';
import { TrunkStates } from './trunk-states.ts';

/** Each telling is a transaction of its own: every second tick, so that refreshes are known within half a second. */
const TELL_EVERY_MS = 400;

/** The bindings of this thread together with what keeps them true: states, probes, flows. */
export class Bindings {
  readonly store: BindingStore;
  readonly states: TrunkStates;
  readonly prober: Prober | undefined;
  readonly flows: FlowJudge;
  readonly doubts: Doubts;
  readonly nat: NatRefresh;
  readonly texts = new SharedTexts();
  readonly ipTrunks: IpTrunks;
  readonly #options: RegistrarOptions;
  #toldMs = Number.NEGATIVE_INFINITY;

  constructor(options: RegistrarOptions) {
    const { engine, events, nowMs, config } = options;
    this.#options = options;
    this.states = new TrunkStates({
      nowMs,
      flapDampingSec: config.flapDampingSec,
      emit: (change) => events.trunkState(change),
      changed: (transition) => events.trunkTransition?.(transition),
    });
    this.store = new BindingStore({
      emit: (change) => events.binding(change),
      emitRefreshes: events.refreshed === undefined ? undefined : (bindings) => events.refreshed?.(bindings),
      changed: (binding, cause) => this.#observe(binding, cause),
      hasContactIndex: options.hasFlows === false,
      flowHeld: (flowId, held) => (held ? engine?.holdFlow?.(flowId) : engine?.releaseFlow?.(flowId)),
    });
    this.prober =
      engine === undefined
        ? undefined
        : new Prober({
            store: this.store,
            nowMs,
            random: options.random,
            send: engine.send,
            later: options.later,
            intervalSec: config.probeIntervalSec,
          });
    this.ipTrunks = new IpTrunks(options, this.states);
    this.nat = new NatRefresh(config);
    this.doubts = new Doubts(this.store, this.prober);
    this.flows = new FlowJudge({ store: this.store, prober: this.prober });
  }

  /** The bindings of a trunk that may be called, the newest first. */
  live(trunkId: number): readonly LiveBinding[] {
    return this.store.live(trunkId, this.#options.nowMs());
  }

  /** The live binding that traffic from that address belongs to; with a port only the one of exactly that flow. */
  findBySource(address: string, port?: number): LiveBinding | undefined {
    const now = this.#options.nowMs();
    return this.store
      .bySource(address)
      .findLast((binding) => (port === undefined || binding.sourcePort === port) && binding.expiresAtMs > now);
  }

  /** Whether a live connection of another trunk has a Contact with the same user@host (engines without flows). */
  isContactTaken(uri: string, trunkId: number): boolean {
    const now = this.#options.nowMs();
    return this.store.byContact(uri).some((binding) => binding.trunkId !== trunkId && isLive(binding, now));
  }

  isFlowOpen(flowId: string): boolean {
    return this.#options.engine?.isFlowOpen?.(flowId) ?? true;
  }

  /** Ends a binding for each trunk that has none of its rights any more. */
  purge(trunkId: number, cause: OfflineCause): void {
    for (const binding of this.store.all(trunkId)) this.store.remove(binding, cause);
  }

  /** Takes over what was persisted: callable at once, unconfirmed until probed (traps, 10). */
  restore(records: readonly BindingRecord[]): void {
    const now = this.#options.nowMs();
    const restored: Binding[] = [];
    // Stored in no order; the newest is called first, as before.
    for (const record of records.toSorted((a, b) => a.registeredAtMs - b.registeredAtMs)) {
      const binding = fromRecord(record, 'unconfirmed');
      binding.userAgent = this.texts.share(record.userAgent);
      binding.localAddress = this.texts.share(record.localAddress);
      this.states.restore(binding, record.registeredAtMs);
      this.store.add(binding);
      restored.push(binding);
    }
    for (const binding of restored) if (binding.expiresAtMs <= now) this.store.remove(binding, 'expired');
    const isCut = (binding: Binding) => isConnection(binding.transport) && !this.isFlowOpen(binding.flowId);
    const kept = restored.filter((binding) => !binding.isGone);
    const cut = new Set(kept.filter(isCut));
    this.prober?.confirm(kept.filter((binding) => !cut.has(binding)));
    this.flows.judgeRestored([...cut], now);
  }

  /** A trunk that was registered: one known by address is asked, one whose bindings are all gone has gone offline. */
  restoreRegistered(trunk: TrunkRecord, sinceMs: number): void {
    if (this.states.get(trunk.id) !== undefined || this.ipTrunks.restore(trunk.id, sinceMs)) return;
    const binding = staticBinding(trunk, '', sinceMs);
    this.states.restore(binding, sinceMs);
    this.states.set(binding, 'offline', 'expired');
  }

  tick(): void {
    const now = this.#options.nowMs();
    if (Math.abs(now - this.#toldMs) >= TELL_EVERY_MS) {
      this.#toldMs = now;
      this.store.tellRefreshes();
    }
    this.store.expire(now);
    this.prober?.tick(now);
    this.flows.tick(now);
    this.ipTrunks.tick(now);
    this.states.tick(now);
  }

  #observe(binding: Binding, cause: RemovalCause | null): void {
    const now = this.#options.nowMs();
    this.#options.events.reached?.(binding.trunkId);
    const isOn = isLive(binding, now) || this.store.live(binding.trunkId, now).length > 0;
    if (isOn) this.states.set(binding, 'registered', null);
    else this.states.set(binding, 'offline', cause === 'replaced' ? 'probe_failed' : (cause ?? 'expired'));
  }
}
