import type { SipEvent } from '../bus/index.ts';

/** So long somebody waits for what SIP tells of a call or a registration (ms). */
const NOTICE_MS = 3000;
/** Who waits does so at once: what is older was of somebody who does not. */
const MOST_KEPT = 100;

/** Tells who waits for it that something SIP has told is in the store. */
export class StoredNotices {
  readonly #waiting = new Map<string, (value: string) => void>();
  readonly #stored = new Map<string, string>();

  stored(events: readonly SipEvent[]): void {
    for (const [name, value] of events.flatMap(noticesOf)) {
      const waiting = this.#waiting.get(name);
      if (waiting === undefined) this.#keep(name, value);
      else waiting(value);
    }
  }

  /** How many are stored that nobody has asked for. */
  get kept(): number {
    return this.#stored.size;
  }

  /** Resolves also when it does not come: who was turned away at the door leaves no record. */
  wait(name: string): Promise<string | undefined> {
    const known = this.#stored.get(name);
    if (this.#stored.delete(name)) return Promise.resolve(known);
    return new Promise((resolve) => {
      const done = (value?: string) => {
        clearTimeout(timer);
        this.#waiting.delete(name);
        resolve(value);
      };
      const timer = setTimeout(done, NOTICE_MS);
      this.#waiting.set(name, done);
    });
  }

  #keep(name: string, value: string): void {
    this.#stored.delete(name);
    this.#stored.set(name, value);
    const [oldest] = this.#stored.keys();
    if (this.#stored.size > MOST_KEPT && oldest !== undefined) this.#stored.delete(oldest);
  }
}

/** A call that is over, with its uuid; a contact that came or went. */
function noticesOf(event: SipEvent): readonly (readonly [name: string, value: string])[] {
  if (event.kind === 'call') {
    const { aLeg, uuid, endedAtMs } = event.record;
    return endedAtMs === null ? [] : [[`call ${aLeg.callId}`, uuid]];
  }
  if (event.kind !== 'binding') return [];
  const { change } = event;
  return [[change.op === 'put' ? `put ${change.binding.contact}` : `remove ${change.contact}`, '']];
}
