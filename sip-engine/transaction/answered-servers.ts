import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import { AnsweredRing } from './answered-ring.ts';
import { AnsweredServer, partsOfAnswered } from './answered-server.ts';
import type { KeyHash } from './key-hash.ts';
import type { TransportBelow } from './layer.ts';
import { spentHash } from './matching.ts';
import { copied, type Hash } from './ring-places.ts';
import type { RunningServer } from './server-transaction.ts';
import { SharedFlows } from './shared-flows.ts';
import type { SpentInvites } from './spent-invites.ts';
import { giveUpMs } from './timer-values.ts';
import type { TimerValues, TransactionOptions } from './types.ts';

interface Deps {
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly options: TransactionOptions;
  readonly ports: EnginePorts;
  readonly spent: SpentInvites;
  readonly hash: KeyHash;
  readonly transport: Pick<TransportBelow, 'listenPointOf'>;
}

/** The kinds of answered transactions; each waits for a time of its own. The values are those whose end is told. */
interface Waiting {
  readonly isInvite: boolean;
  readonly failed: boolean;
  readonly ring: AnsweredRing<RunningServer>;
}

/** Server transactions that have sent their final answer and wait over unreliable flows for repetitions. */
export class AnsweredServers {
  readonly #deps: Deps;
  /** INVITEs that were accepted, for 64*T1: timer L. */
  readonly #accepted: Waiting;
  /** INVITEs that were refused and whose ACK has come, for T4: timer I. */
  readonly #refused: Waiting;
  /** Anything else, for 64*T1: timer J. */
  readonly #others: Waiting;
  readonly #all: readonly Waiting[];
  /** Requests that have succeeded, by what is the same for all copies of one. */
  readonly #merged: AnsweredRing<object>;
  readonly #flows: SharedFlows;

  constructor(deps: Deps) {
    const { wheel, timers, ports, options } = deps;
    const { clock } = ports;
    const ends = (server: RunningServer | undefined): void => server?.stop();
    const invitesEnd = (server: RunningServer | undefined, spent: Hash): void => {
      deps.spent.add(spent);
      ends(server);
    };
    const limits = { maxEntries: options.maxAnsweredTransactions, maxBytes: options.maxAnsweredBytes };
    const invites = { wheel, clock, onOver: invitesEnd, ...limits };
    const long = { lifeMs: giveUpMs(timers), ...limits };
    this.#deps = deps;
    this.#flows = new SharedFlows(deps.transport);
    this.#accepted = { isInvite: true, failed: false, ring: new AnsweredRing({ ...invites, ...long }) };
    this.#refused = { isInvite: true, failed: true, ring: new AnsweredRing({ ...invites, lifeMs: timers.t4Ms }) };
    this.#others = { isInvite: false, failed: false, ring: new AnsweredRing({ wheel, clock, onOver: ends, ...long }) };
    this.#all = [this.#accepted, this.#others, this.#refused];
    this.#merged = new AnsweredRing({ clock, ...long });
  }

  get size(): number {
    return this.invites + this.#others.ring.size;
  }

  get invites(): number {
    return this.#accepted.ring.size + this.#refused.ring.size;
  }

  add(transaction: RunningServer, isHeard: boolean): void {
    const { hash } = this.#deps;
    const { isInvite, failed, flow, request } = transaction;
    const { key, mergedKey } = transaction.parts;
    const parts = partsOfAnswered(transaction, hash);
    const note = isInvite ? copied(spentHash(hash, request, key)) : undefined;
    const { ring } = isInvite ? (failed ? this.#refused : this.#accepted) : this.#others;
    const value = isHeard ? transaction : undefined;
    ring.add(key, { value, note, parts, flow: this.#flows.of(flow) });
    if (mergedKey !== undefined && !failed) this.#merged.add(mergedKey);
  }

  /** By the key of a request of that method. */
  find(key: Hash, method: string): AnsweredServer | undefined {
    const waiting = this.#waitingFor(key, method);
    return waiting && new AnsweredServer(waiting, waiting.ring.remains(key));
  }

  /** The same request, over another path, has succeeded. */
  hasMerged(mergedKey: Hash): boolean {
    return this.#merged.has(mergedKey);
  }

  /** Its answer cannot be sent: it ends before its time. */
  remove(key: Hash, method: string): void {
    this.#waitingFor(key, method)?.ring.end(key);
  }

  close(): void {
    for (const { ring } of this.#all) ring.close();
    this.#merged.close();
  }

  /** A key is hardly ever there, and each ring that is asked is memory of a minute: only those where it may be. */
  #waitingFor(key: Hash, method: string): Waiting | undefined {
    if (method !== 'INVITE') return this.#others.ring.has(key) ? this.#others : undefined;
    if (this.#accepted.ring.has(key)) return this.#accepted;
    return this.#refused.ring.has(key) ? this.#refused : undefined;
  }
}
