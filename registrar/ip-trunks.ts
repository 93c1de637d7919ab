import type { DirectoryDelta, TrunkRecord } from '../bus/index.ts';
import { type Binding, staticBinding } from './binding.ts';
import type { RegistrarOptions } from './options.ts';
import { Prober } from './prober.ts';
import type { TrunkStates } from './trunk-states.ts';

/**
 * Trunks without REGISTER (A8): they live by probing. A trunk that has answered is registered, three misses later
 * offline; one that never answered has no state, and its calls are tried all the same.
 */
export class IpTrunks {
  readonly #trunks = new Map<number, Binding>();
  readonly #states: TrunkStates;
  readonly #prober: Prober | undefined;
  readonly #nowMs: () => number;

  constructor(options: RegistrarOptions, states: TrunkStates) {
    this.#states = states;
    this.#nowMs = options.nowMs;
    this.#prober =
      options.engine === undefined
        ? undefined
        : new Prober({
            store: this,
            nowMs: options.nowMs,
            random: options.random,
            send: options.engine.send,
            later: options.later,
            intervalSec: options.config.probeIntervalSec,
          });
  }

  /** What is known of an IP trunk that answers; its `expiresAtMs` is 0, for never. */
  find(trunkId: number): Binding | undefined {
    return this.#trunks.get(trunkId);
  }

  /** To be called after the directory has taken the delta, the first one too. */
  changed(delta: DirectoryDelta, findTrunk: (id: number) => TrunkRecord | undefined): void {
    if (delta.reset) for (const id of this.#trunks.keys()) if (findTrunk(id) === undefined) this.#stop(id);
    for (const id of delta.trunks.deletes) this.#stop(id);
    this.follow(delta.trunks.upserts);
  }

  /** Starts, mends or ends the probing of trunks that are new or changed. */
  follow(trunks: readonly TrunkRecord[]): void {
    for (const trunk of trunks) this.#follow(trunk);
  }

  /** What was known before a restart; its probes tell whether it still holds. False for a trunk that registers. */
  restore(trunkId: number, sinceMs: number): boolean {
    const binding = this.#trunks.get(trunkId);
    if (binding === undefined) return false;
    binding.liveness = 'alive';
    this.#states.restore(binding, sinceMs);
    return true;
  }

  tick(nowMs: number): void {
    this.#prober?.tick(nowMs);
  }

  /** @internal the prober heard from the trunk. */
  update(binding: Binding, change: (binding: Binding) => void): void {
    change(binding);
    if (binding.liveness === 'alive') this.#states.set(binding, 'registered', null);
  }

  /** @internal the prober found the trunk silent. */
  silence(binding: Binding): void {
    binding.liveness = 'silent';
    this.#states.set(binding, 'offline', 'probe_failed');
  }

  /** @internal nothing of an IP trunk is kept over a restart. */
  persist(): void {
    // Its next probe tells.
  }

  #follow(trunk: TrunkRecord): void {
    const target = targetUri(trunk);
    const known = this.#trunks.get(trunk.id);
    if (known !== undefined && known.contact === target) return;
    if (known !== undefined) this.#stop(trunk.id);
    if (target === undefined) return;
    const binding = staticBinding(trunk, target, this.#nowMs());
    this.#trunks.set(trunk.id, binding);
    this.#prober?.start(binding);
  }

  #stop(id: number): void {
    const binding = this.#trunks.get(id);
    if (binding === undefined) return;
    binding.isGone = true;
    this.#trunks.delete(id);
    this.#states.set(binding, 'offline', 'trunk_deleted');
    this.#states.forget(id);
  }
}

function targetUri(trunk: TrunkRecord): string | undefined {
  if (trunk.authType !== 'ip' || trunk.ipTarget === null) return undefined;
  return trunk.status === 'deleted' || trunk.status === 'suspended' ? undefined : `sip:${trunk.ipTarget}`;
}
