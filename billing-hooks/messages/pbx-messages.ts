import type { PbxMessage, PbxMessageResult } from '../../bus/index.ts';
import {
  type DueMessageDelivery,
  dropMessageDelivery,
  dueMessageDeliveries,
  hasMessageDeliveries,
  type Store,
  updateMessageDelivery,
} from '../../tenancy/index.ts';

/** Doubled each time, while the PBX is not registered or says that it cannot now. */
const RETRY_MS = 10_000;
const LONGEST_WAIT_MS = 600_000;
/** Then nobody waits for the message any more; it has long been told as `message.received`. */
const GIVE_UP_MS = 24 * 3_600_000;
const AT_ONCE = 100;
/** Of them an account has so many: PBXes that hang hold up the messages of their own account. */
const OF_ACCOUNT = 10;

/** RFC 3261 21.5 and 21.4: answers after which the same message may be taken later. */
const LATER: ReadonlySet<number> = new Set([408, 480, 500, 502, 503, 504]);

/** Sends a message to the PBX that its number rings. */
export type SendToPbx = (message: PbxMessage) => Promise<PbxMessageResult>;

/**
 * Brings what came in to the PBXes of its numbers as SIP MESSAGE (RFC 3428): at least once, in order for each number,
 * and never the one waiting for the other. What is on its way is in the store.
 */
export class PbxMessages {
  readonly #store: Store;
  readonly #send: SendToPbx;
  readonly #onFault: (error: unknown) => void;
  readonly #busy = new Map<number, Promise<void>>();
  /** How many of them each account has. */
  readonly #accounts = new Map<number, number>();

  constructor(store: Store, send: SendToPbx, onFault: (error: unknown) => void) {
    this.#store = store;
    this.#send = send;
    this.#onFault = onFault;
  }

  /** Begins with what is due; resolves before it is answered. @returns how many were sent */
  async round(): Promise<number> {
    // Asked several times a second, and as a rule there are none.
    if (!(await this.#store.read(hasMessageDeliveries))) return 0;
    const due = await dueMessageDeliveries(this.#store, OF_ACCOUNT, AT_ONCE, [...this.#busy.keys()]);
    let begun = 0;
    for (const delivery of due) {
      const { accountId } = delivery;
      const own = this.#accounts.get(accountId) ?? 0;
      if (this.#busy.size >= AT_ONCE || own >= OF_ACCOUNT) continue;
      this.#accounts.set(accountId, own + 1);
      const work = this.#deliver(delivery)
        .catch(this.#onFault)
        .finally(() => this.#ended(delivery));
      this.#busy.set(delivery.didId, work);
      begun += 1;
    }
    return begun;
  }

  /** Resolves when what is on its way is answered. */
  async settle(): Promise<void> {
    await Promise.all(this.#busy.values());
  }

  #ended({ didId, accountId }: DueMessageDelivery): void {
    this.#busy.delete(didId);
    const left = (this.#accounts.get(accountId) ?? 1) - 1;
    if (left > 0) this.#accounts.set(accountId, left);
    else this.#accounts.delete(accountId);
  }

  async #deliver(delivery: DueMessageDelivery): Promise<void> {
    const { uuid, fromNumber: from, toNumber: to, body } = delivery.message;
    const result = await this.#send({ uuid, attempt: delivery.attempts + 1, from, to, body });
    await this.#store.write(async (context) => {
      const { messageId } = delivery;
      if (result.kind === 'no_pbx') return dropMessageDelivery(context, messageId);
      await updateMessageDelivery(context, messageId, this.#judge(delivery, result));
    });
  }

  #judge(delivery: DueMessageDelivery, result: Exclude<PbxMessageResult, { readonly kind: 'no_pbx' }>) {
    const now = this.#store.clock.nowMs();
    const sipStatus = result.kind === 'answered' ? result.status : null;
    const attempts = delivery.attempts + 1;
    const tried = { trunkId: result.trunkId, sipStatus, attempts };
    if (sipStatus !== null && sipStatus < 300)
      return { ...tried, status: 'delivered', reason: null, finishedAtMs: now } as const;
    const isFinal = sipStatus !== null && !LATER.has(sipStatus);
    const reason = reasonOf(result);
    if (isFinal || now - delivery.message.createdAtMs >= GIVE_UP_MS)
      return { ...tried, status: 'failed', reason, finishedAtMs: now } as const;
    const dueAtMs = now + Math.min(LONGEST_WAIT_MS, RETRY_MS * 2 ** delivery.attempts);
    return { ...tried, reason, dueAtMs };
  }
}

function reasonOf(result: PbxMessageResult): 'trunk_offline' | 'pbx_unreachable' | 'message_refused' {
  if (result.kind === 'offline') return 'trunk_offline';
  return result.kind === 'silent' ? 'pbx_unreachable' : 'message_refused';
}
