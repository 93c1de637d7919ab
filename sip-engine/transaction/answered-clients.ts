import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import { AnsweredRing } from './answered-ring.ts';
import { RunningClient } from './client-transaction.ts';
import type { TransportBelow } from './layer.ts';
import type { Hash } from './ring-places.ts';
import { partsOfSettled, SettledInvite } from './settled-invite.ts';
import { SharedFlows } from './shared-flows.ts';
import { giveUpMs } from './timer-values.ts';
import type { Acknowledged, ForkTaker, TimerValues } from './types.ts';

interface Deps {
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: Pick<EnginePorts, 'clock'>;
  readonly transport: Pick<TransportBelow, 'listenPointOf'>;
}

/** A transaction; of a settled INVITE who takes its forks, until a response has come to it. */
type Waiting = RunningClient | SettledInvite | ForkTaker;

/** Client transactions that have their final response and wait over unreliable flows for repetitions of it. */
export class AnsweredClients {
  /** INVITEs, for 64*T1: timers D and M. */
  readonly #invites: AnsweredRing<Waiting>;
  /** Anything else, for T4: timer K. With no value where nobody hears of them. */
  readonly #others: AnsweredRing<Waiting>;
  readonly #flows: SharedFlows;

  constructor({ wheel, timers, ports, transport }: Deps) {
    const onOver = (value: Waiting | undefined): void => {
      if (value instanceof RunningClient) value.restOver();
    };
    const common = { wheel, clock: ports.clock, onOver };
    this.#invites = new AnsweredRing({ ...common, lifeMs: giveUpMs(timers) });
    this.#others = new AnsweredRing({ ...common, lifeMs: timers.t4Ms });
    this.#flows = new SharedFlows(transport);
  }

  get size(): { readonly ict: number; readonly nict: number } {
    return { ict: this.#invites.size, nict: this.#others.size };
  }

  add(client: RunningClient): void {
    const ring = client.isInvite ? this.#invites : this.#others;
    ring.add(client.key, client.isUnheard ? undefined : { value: client });
  }

  find(key: Hash): RunningClient | SettledInvite | 'unheard' | undefined {
    const found = this.#invites.get(key) ?? this.#others.get(key);
    if (typeof found === 'function') return this.#revived(key, found);
    return found ?? (this.#others.has(key) ? 'unheard' : undefined);
  }

  /** Of an INVITE whose 2xx has been acknowledged only bytes are kept from now on. False where it is not here. */
  settle(client: RunningClient, invite: Buffer, { ack, flow, takesForks }: Acknowledged): boolean {
    const parts = partsOfSettled(invite, ack);
    return this.#invites.refill(client.key, { value: takesForks, parts, flow: this.#flows.of(flow) });
  }

  remove(client: RunningClient): void {
    const ring = client.isInvite ? this.#invites : this.#others;
    ring.remove(client.key);
  }

  close(): void {
    this.#invites.close();
    this.#others.close();
  }

  #revived(key: Hash, takesForks: ForkTaker): SettledInvite | undefined {
    const remains = this.#invites.remains(key);
    if (remains === undefined) return undefined;
    const value = new SettledInvite(remains, takesForks);
    this.#invites.refill(key, { value });
    return value;
  }
}
