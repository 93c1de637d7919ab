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
  readonly #onRoom: () => void;
  readonly #underWay = new Map<number, { readonly accountId: number; readonly work: Promise<void> }>();
  /** The last message of each conversation that is under way. */
  readonly #talks = new Map<string, Promise<void>>();
  /** Whether the last round may have left something that was due. */
  #hasMore = false;
  readonly #stop = new AbortController();

  /** @param onRoom told when the carrier has taken a message and others wait for its place: time for another round */
  constructor(
    store: Store,
    carrier: CarrierAdapter,
    onFault: (error: unknown) => void,
    onRoom: () => void = () => undefined,
  ) {
    this.#store = store;
    this.#carrier = carrier;
    this.#onFault = onFault;
    this.#onRoom = onRoom;
  }

  /**
   * Begins with what is due; resolves before it is answered. One round at a time: two would hand the same over twice.
   * @returns how many were handed over
   */
  async round(): Promise<number> {
    const room = AT_ONCE - this.#underWay.size;
    if (room <= 0) return 0;
    const busy = [...this.#underWay].map(([id, { accountId }]) => ({ id, accountId }));
    const due = await dueMessages(
      this.#store,
      OF_ACCOUNT,
      room,
      busy.map(({ id }) => id),
    );
    this.#hasMore = due.length === room || hasFullAccount([...busy, ...due]);
    for (const message of due) this.#begin(message);
    return due.length;
  }

  /** Resolves when what is under way is answered. */
  async settle(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map(({ work }) => work));
  }

  /** No answer is waited for any more: what has none is tried again after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.settle();
  }

  #begin(message: MessageRow): void {
    const talk = `${message.fromNumber} ${message.toNumber}`;
    const work = this.#deliver(message, this.#talks.get(talk)).then((isTaken) => {
      this.#underWay.delete(message.id);
      if (this.#talks.get(talk) === work) this.#talks.delete(talk);
      // What was not taken hurries nobody: a carrier that is down is asked as seldom as before.
      if (isTaken && this.#hasMore) this.#onRoom();
    });
    this.#talks.set(talk, work);
    this.#underWay.set(message.id, { accountId: message.accountId, work });
  }

  /** @returns whether the carrier took it */
  async #deliver(message: MessageRow, before: Promise<void> | undefined): Promise<boolean> {
    if (before !== undefined) await before;
    if (this.#stop.signal.aborted) return false;
    const silence = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ANSWER_MS)]);
    try {
      return await deliverMessage(this.#store, this.#carrier, message, silence);
    } catch (error) {
      this.#onFault(error);
      return false;
    }
  }
}

/** Whether an account has as many under way as it may: others of it may wait. */
function hasFullAccount(messages: readonly { readonly accountId: number }[]): boolean {
  return [...Map.groupBy(messages, ({ accountId }) => accountId).values()].some(({ length }) => length >= OF_ACCOUNT);
}
