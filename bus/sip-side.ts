import { CallBatch } from './call-batch.ts';
import type { DirectoryDelta } from './directory-records.ts';
import type { DirectoryShare } from './directory-share.ts';
import type { BindingRecord, CallRecord, SipEvent, TrunkStateRecord } from './events.ts';
import type { DownMessage, ListeningAddress, SipRequestName, UpMessage } from './messages.ts';
import type { Port } from './port.ts';
import { type Steps, Turns } from './turns.ts';
import { unpackBindings } from './unpack-bindings.ts';

/** Longest time an event waits for its batch, in milliseconds (design.md section 4). */
const FLUSH_MS = 50;
/** Events kept while the main thread does not take them; beyond it they are lost and counted. */
const MAX_PENDING = 200_000;

export interface SipSideHandlers {
  /** May do it in steps, between which SIP has its turn. */
  onDirectory(delta: DirectoryDelta): Steps;
  /** A part of the delta that comes next. */
  onStage(share: DirectoryShare): void;
  onShare(share: DirectoryShare): void;
  onRestore(
    bindings: readonly BindingRecord[],
    calls: readonly CallRecord[],
    states: readonly TrunkStateRecord[],
    points: readonly ListeningAddress[],
  ): void;
  onRequest(name: SipRequestName, args: unknown): unknown;
}

/** The SIP thread's end of the bus: applies what comes down, batches what goes up. */
export class SipSide {
  readonly #port: Port;
  readonly #calls = new CallBatch();
  readonly #turns = new Turns();
  #pending: SipEvent[] = [];
  #lost = 0;
  #restored: BindingRecord[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(port: Port) {
    this.#port = port;
  }

  /** Starts taking messages. A directory delta is acknowledged once its handler is done. */
  listen(handlers: SipSideHandlers): void {
    this.#port.onMessage((raw) => {
      const message = raw as DownMessage;
      if (message.type === 'directory') this.#turns.run(() => this.#take(message.delta, handlers));
      else if (message.type === 'directory_stage') this.#turns.run(() => this.#stage(message.share, handlers));
      else if (message.type === 'directory_share') handlers.onShare(message.share);
      else if (message.type === 'binding_share') {
        for (const binding of unpackBindings(message.share)) this.#restored.push(binding);
      } else if (message.type === 'restore') {
        const bindings = this.#restored;
        this.#restored = [];
        handlers.onRestore(bindings, message.calls, message.states, message.points ?? []);
      } else void this.#answer(message, handlers);
    });
  }

  /** Queues an event for the next batch; never blocks, never throws. */
  emit(event: SipEvent): void {
    if (this.#pending.length + this.#calls.size >= MAX_PENDING) {
      this.#lost += 1;
      return;
    }
    if (event.kind === 'call') this.#calls.put(event.record);
    else this.#pending.push(event);
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Sends what is queued now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#pending;
    if (this.#calls.size > 0) events.push({ kind: 'calls', calls: this.#calls.take() });
    if (events.length === 0 && this.#lost === 0) return;
    this.#pending = [];
    this.#post({ type: 'batch', events, lost: this.#lost });
    this.#lost = 0;
  }

  ready(listening: readonly ListeningAddress[]): void {
    this.#post({ type: 'ready', listening });
  }

  fatal(message: string): void {
    this.#post({ type: 'fatal', message });
  }

  *#take(delta: DirectoryDelta, handlers: SipSideHandlers): Steps {
    yield* handlers.onDirectory(delta);
    this.#post({ type: 'ack', version: delta.version });
  }

  *#stage(share: DirectoryShare, handlers: SipSideHandlers): Steps {
    try {
      handlers.onStage(share);
    } finally {
      this.#post({ type: 'staged' });
    }
    // Several parts may have come at once.
    yield;
  }

  async #answer(message: DownMessage & { type: 'request' }, handlers: SipSideHandlers): Promise<void> {
    const { id, name, args } = message;
    try {
      const value: unknown = await handlers.onRequest(name, args);
      // What happened before the answer is known before the answer.
      this.flush();
      this.#post({ type: 'reply', id, value });
    } catch (error) {
      this.#post({ type: 'failure', id, message: error instanceof Error ? error.message : String(error) });
    }
  }

  #post(message: UpMessage): void {
    this.#port.post(message);
  }
}
