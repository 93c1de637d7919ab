import { dueMessages, type MessageRow, type Store } from '../../tenancy/index.ts';
import type { CarrierAdapter } from '../inventory/index.ts';
import { ANSWER_MS, deliverMessage } from './deliver-messages.ts';

const AT_ONCE = 100;
/** Of them an account has so many: what hangs holds up the messages of its own account. */
const OF_ACCOUNT = 5;

/**
 * Takes messages that wait to the carrier: some of each account at a time, none waiting for the other but those of one
 * conversation, which keep their order. What is on its way is in the store.
 */
export class MessageCourier {
  readonly #store: Store;
  readonly #carrier: CarrierAdapter;
  readonly #onFault: (error: unknown) => void;
  readonly #underWay = new Map<number, Promise<unknown>>();
  /** The last message of each conversation that is under way. */
  readonly #talks = new Map<string, Promise<void>>();
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
    for (const message of due) this.#begin(message);
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

  #begin(message: MessageRow): void {
    const talk = `${message.fromNumber} ${message.toNumber}`;
    const work = this.#deliver(message, this.#talks.get(talk)).finally(() => {
      this.#underWay.delete(message.id);
      if (this.#talks.get(talk) === work) this.#talks.delete(talk);
    });
    this.#talks.set(talk, work);
    this.#underWay.set(message.id, work);
  }

  async #deliver(message: MessageRow, before: Promise<void> | undefined): Promise<void> {
    if (before !== undefined) await before;
    if (this.#stop.signal.aborted) return;
    const silence = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      await deliverMessage(this.#store, this.#carrier, message, silence);
    } catch (error) {
      this.#onFault(error);
    }
  }
}
