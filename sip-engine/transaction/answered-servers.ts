import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import { AnsweredRing } from './answered-ring.ts';
import { AnsweredServer } from './answered-server.ts';
import type { KeyHash } from './key-hash.ts';
import { spentKey } from './matching.ts';
import type { RunningServer } from './server-transaction.ts';
import type { SpentInvites } from './spent-invites.ts';
import { giveUpMs } from './timer-values.ts';
import type { TimerValues } from './types.ts';

interface Deps {
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  readonly spent: SpentInvites;
  readonly hash: KeyHash;
}

/** Server transactions that have sent their final answer and wait over unreliable flows for repetitions. */
export class AnsweredServers {
  readonly #deps: Deps;
  /** For 64*T1: timers J and L. */
  readonly #long: AnsweredRing<AnsweredServer>;
  /** For T4: timer I. */
  readonly #short: AnsweredRing<AnsweredServer>;
  /** Requests that have succeeded, by what is the same for all copies of one. */
  readonly #merged: AnsweredRing<object>;
  #invites = 0;

  constructor(deps: Deps) {
    const { wheel, timers, ports } = deps;
    const common = { wheel, clock: ports.clock, onOver: (server: AnsweredServer) => this.#over(server) };
    this.#deps = deps;
    this.#long = new AnsweredRing({ ...common, lifeMs: giveUpMs(timers) });
    this.#short = new AnsweredRing({ ...common, lifeMs: timers.t4Ms });
    this.#merged = new AnsweredRing({ clock: ports.clock, lifeMs: giveUpMs(timers) });
  }

  get size(): number {
    return this.#long.size + this.#short.size;
  }

  get invites(): number {
    return this.#invites;
  }

  add(transaction: RunningServer, isShort: boolean, isHeard: boolean): void {
    const { hash } = this.#deps;
    const { key, mergedKey } = transaction.parts;
    const server = new AnsweredServer(transaction, spentKey(transaction.request, key), hash, isHeard);
    (isShort ? this.#short : this.#long).add(hash.of(key), server);
    if (server.isInvite) this.#invites += 1;
    if (mergedKey !== '' && !server.failed) this.#merged.add(hash.of(mergedKey));
  }

  find(key: string): AnsweredServer | undefined {
    if (this.size === 0) return undefined;
    const hash = this.#deps.hash.of(key);
    return this.#long.get(hash) ?? this.#short.get(hash);
  }

  /** The same request, over another path, has succeeded. */
  hasMerged(mergedKey: string): boolean {
    return this.#merged.has(this.#deps.hash.of(mergedKey));
  }

  /** Its answer cannot be sent: it ends before its time. */
  remove(key: string): void {
    const found = this.find(key);
    if (found === undefined) return;
    const hash = this.#deps.hash.of(key);
    if (this.#long.remove(hash) || this.#short.remove(hash)) this.#over(found);
  }

  close(): void {
    this.#long.close();
    this.#short.close();
    this.#merged.close();
  }

  #over(server: AnsweredServer): void {
    if (server.isInvite) {
      this.#invites -= 1;
      this.#deps.spent.addHash(server.spentHash);
    }
    server.heard?.stop();
  }
}
