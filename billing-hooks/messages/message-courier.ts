import { dueMessages, type MessageRow, type Store } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { ANSWER_MS, deliverMessage } from './deliver-messages.ts';

const AT_ONCE = 100;
/** Of them an account has so many: what hangs holds up the messages of its own account. */
const OF_ACCOUNT = 5;

/**
 * Takes messages that wait to the carrier: some of each account at a time, none waiting for the other. What is on its
 * way is in the store.
 */
export class MessageCourier {
  readonly #store: Store;
  readonly #carrier: CarrierAdapter;
  readonly #onFault: (error: unknown) => void;
  readonly #underWay = new Map<number, Promise<unknown>>();
  readonly #stop = new AbortController();

  constructor(store: Store, carrier: CarrierAdapter, onFault: (error: unknown) => void) {
    this.#store = store;
    this.#carrier = carrier;
    this.#onFault = onFault;
  }

  /** Begins with what is due; resolves before it is answered. @returns how many were handed over */
  async round(): Promise<number> {
    const room = AT_ONCE - this.#underWay.size;
    if (room <= 0) return 0;
    const due = await dueMessages(this.#store, OF_ACCOUNT, room, [...this.#underWay.keys()]);
    for (const message of due) this.#underWay.set(message.id, this.#deliver(message));
    return due.length;
  }

  /** Resolves when what is under way is answered. */
  async settle(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }

  /** No answer is waited for any more: what has none is tried again after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settle();
  }

  async #deliver(message: MessageRow): Promise<void> {
    const silence = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      await deliverMessage(this.#store, this.#carrier, message, silence);
    } catch (error) {
      this.#onFault(error);
    } finally {
      this.#underWay.delete(message.id);
    }
  }
}
