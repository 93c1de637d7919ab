import type { DirectoryDelta } from './directory-records.ts';
import type { BindingShare, DirectoryShare } from './directory-share.ts';
import type { CallRecord, SipEvent, TrunkStateRecord } from './events.ts';
import type { DownMessage, ListeningAddress, SipRequestName, UpMessage } from './messages.ts';
import type { Port } from './port.ts';

export interface MainSideHandlers {
  onEvents(events: readonly SipEvent[]): void;
  /** Events that a SIP thread had to drop because its queue was full. */
  onLost(count: number): void;
}

/** Parts of a delta under way at a time: more would only wait in the other thread's memory. */
const PARTS_UNDER_WAY = 4;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The main thread's end of the bus to one SIP thread. */
export class MainSide {
  readonly #port: Port;
  readonly #requests = new Map<number, Pending>();
  readonly #started = Promise.withResolvers<readonly ListeningAddress[]>();
  #acknowledgements: { readonly version: number; readonly resolve: () => void }[] = [];
  #acknowledged = 0;
  /** Deltas and their parts that the thread has no room for yet, in order. */
  readonly #steps: DownMessage[] = [];
  #partsUnderWay = 0;
  #nextId = 1;
  #closed: Error | undefined;

  constructor(port: Port, handlers: MainSideHandlers) {
    this.#port = port;
    port.onMessage((raw) => this.#receive(raw as UpMessage, handlers));
  }

  /** Resolves when the thread listens; rejects with its reason when it cannot. */
  get started(): Promise<readonly ListeningAddress[]> {
    return this.#started.promise;
  }

  /**
   * Resolves when the thread has applied this version, so that what was just written is already true for SIP. A large
   * one comes in parts, which are seen with the rest of it.
   */
  publish(delta: DirectoryDelta, parts: readonly DirectoryShare[] = []): Promise<void> {
    for (const share of parts) this.#steps.push({ type: 'directory_stage', share });
    this.#steps.push({ type: 'directory', delta });
    this.#postSteps();
    return this.acknowledged(delta.version);
  }

  acknowledged(version: number): Promise<void> {
    if (version <= this.#acknowledged || this.#closed !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#acknowledgements.push({ version, resolve }));
  }

  /** A part of the directory that was published last, with `reset`. */
  share(share: DirectoryShare): void {
    this.#post({ type: 'directory_share', share });
  }

  /** Some of the bindings that the last run left; `restore` ends them. */
  shareBindings(share: BindingShare): void {
    this.#post({ type: 'binding_share', share });
  }

  /** All has been told that the last run left: these, the calls that were up when it ended without a word, and the bindings before. */
  restore(calls: readonly CallRecord[] = [], states: readonly TrunkStateRecord[] = []): void {
    this.#post({ type: 'restore', calls, states });
  }

  /** The same for a thread that shares the ports of another, which listens there. */
  join(points: readonly ListeningAddress[]): void {
    this.#post({ type: 'restore', calls: [], states: [], points });
  }

  /** @throws Error with the thread's own sentence, or when the thread has ended. */
  request(name: SipRequestName, args?: unknown): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { resolve, reject });
      this.#post({ type: 'request', id, name, args });
    });
  }

  /** The thread has ended: nobody waits for it any longer. */
  closed(reason: Error): void {
    this.#closed = reason;
    this.#started.reject(reason);
    for (const pending of this.#requests.values()) pending.reject(reason);
    this.#requests.clear();
    for (const waiting of this.#acknowledgements) waiting.resolve();
    this.#acknowledgements = [];
  }

  #receive(message: UpMessage, handlers: MainSideHandlers): void {
    if (message.type === 'ready') this.#started.resolve(message.listening);
    else if (message.type === 'fatal') this.#started.reject(new Error(message.message));
    else if (message.type === 'ack') this.#acknowledge(message.version);
    else if (message.type === 'staged') {
      this.#partsUnderWay -= 1;
      this.#postSteps();
    } else if (message.type === 'batch') {
      if (message.lost > 0) handlers.onLost(message.lost);
      handlers.onEvents(message.events);
    } else this.#settle(message);
  }

  #settle(message: UpMessage & { type: 'reply' | 'failure' }): void {
    const pending = this.#requests.get(message.id);
    this.#requests.delete(message.id);
    if (message.type === 'reply') pending?.resolve(message.value);
    else pending?.reject(new Error(message.message));
  }

  #acknowledge(version: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, version);
    const waiting = this.#acknowledgements;
    this.#acknowledgements = waiting.filter((entry) => entry.version > this.#acknowledged);
    for (const entry of waiting) if (entry.version <= this.#acknowledged) entry.resolve();
  }

  #postSteps(): void {
    while (this.#partsUnderWay < PARTS_UNDER_WAY) {
      const message = this.#steps.shift();
      if (message === undefined) return;
      if (message.type === 'directory_stage') this.#partsUnderWay += 1;
      this.#post(message);
    }
  }

  #post(message: DownMessage): void {
    this.#port.post(message);
  }
}
