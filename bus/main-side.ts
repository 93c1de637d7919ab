import type { DirectoryDelta } from './directory-records.ts';
import type { BindingShare, DirectoryShare } from './directory-share.ts';
import { LateAnswerError } from './errors.ts';
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
  readonly stopTimer: () => void;
}

export interface MainSideOptions {
  /** Its name, for whoever reads that it hangs. @default sip */
  readonly thread?: string;
  /** @default setTimeout */
  readonly after?: (ms: number, run: () => void) => () => void;
}

/** The main thread's end of the bus to one SIP thread. */
export class MainSide {
  readonly #port: Port;
  readonly #thread: string;
  readonly #after: Required<MainSideOptions>['after'];
  readonly #requests = new Map<number, Pending>();
  readonly #started = Promise.withResolvers<readonly ListeningAddress[]>();
  #acknowledgements: { readonly version: number; readonly resolve: () => void }[] = [];
  #acknowledged = 0;
  /** Deltas and their parts that the thread has no room for yet, in order. */
  readonly #steps: DownMessage[] = [];
  #partsUnderWay = 0;
  #nextId = 1;
  #closed: Error | undefined;
  /** It was given up, and nothing has come from it since. */
  #isHanging = false;

  constructor(port: Port, handlers: MainSideHandlers, { thread = 'sip', after = afterMs }: MainSideOptions = {}) {
    this.#port = port;
    this.#thread = thread;
    this.#after = after;
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

  /**
   * @param limitMs how long the answer may take @default for ever
   * @throws Error with the thread's own sentence, when the thread has ended (which is no fault of a `stop`), or
   * LateAnswerError after `limitMs`, at once where the thread was late before and has said nothing since.
   */
  request(name: SipRequestName, args?: unknown, limitMs?: number): Promise<unknown> {
    if (this.#closed !== undefined) return name === 'stop' ? Promise.resolve() : Promise.reject(this.#closed);
    if (limitMs !== undefined && this.#isHanging) return Promise.reject(new LateAnswerError(this.#thread, name, 0));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const stopTimer = limitMs === undefined ? NO_TIMER : this.#after(limitMs, () => this.#giveUp(id, name, limitMs));
      this.#requests.set(id, { resolve, reject, stopTimer });
      this.#post({ type: 'request', id, name, args });
    });
  }

  /** The thread has ended: nobody waits for it any longer. */
  closed(reason: Error): void {
    this.#closed = reason;
    this.#started.reject(reason);
    for (const { reject, stopTimer } of this.#requests.values()) {
      stopTimer();
      reject(reason);
    }
    this.#requests.clear();
    for (const waiting of this.#acknowledgements) waiting.resolve();
    this.#acknowledgements = [];
  }

  #receive(message: UpMessage, handlers: MainSideHandlers): void {
    this.#isHanging = false;
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
    pending?.stopTimer();
    if (message.type === 'reply') pending?.resolve(message.value);
    else pending?.reject(new Error(message.message));
  }

  #giveUp(id: number, name: SipRequestName, limitMs: number): void {
    const pending = this.#requests.get(id);
    this.#requests.delete(id);
    this.#isHanging = true;
    pending?.reject(new LateAnswerError(this.#thread, name, limitMs));
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

const NO_TIMER = (): void => undefined;

function afterMs(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}
