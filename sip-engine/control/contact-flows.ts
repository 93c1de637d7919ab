import { tryUri } from '../dialog/index.ts';
import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import { parseNameAddr } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';

/** Methods that are sent over the connection a device registered on. */
const REUSING: ReadonlySet<string> = new Set(['INVITE', 'OPTIONS', 'NOTIFY', 'MESSAGE']);

interface Entry {
  readonly flow: Flow;
  readonly expiresAtMs: number;
}

/** UDP flows never end, so what has expired on them is cleared away when there are this many contacts, and twice as many. */
const FIRST_CLEARING = 1_000;

/**
 * Contacts registered over connections, so that `sip:x@abc.invalid;transport=ws` can be reached. Kept per flow: when
 * two live ones claim the same `user@host`, neither is used, since that would misroute. A UDP one only takes part in
 * that: its device is reached at its Contact.
 */
export class ContactFlows {
  readonly #nowMs: () => number;
  readonly #byContact = new Map<string, Map<string, Entry>>();
  readonly #byFlow = new Map<string, Set<string>>();
  #clearingAt = FIRST_CLEARING;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The 2xx to a REGISTER or SUBSCRIBE has gone out on its flow. */
  learn(request: SipMessage, response: OutgoingMessage, flow: Flow): void {
    const fallback = response.header('expires') ?? request.header('expires');
    const answered = response.headerValues('contact');
    const values = request.method === 'REGISTER' && answered.length > 0 ? answered : request.headerValues('contact');
    for (const value of values) this.#learnOne(value, fallback, flow);
    if (this.#byContact.size >= this.#clearingAt) this.#clear();
  }

  /** The only live connection that this Request-URI's device registered on. */
  find(method: string, uri: string): Flow | undefined {
    if (this.#byContact.size === 0 || !REUSING.has(method)) return undefined;
    const key = keyOf(uri);
    const entries = key === undefined ? undefined : this.#byContact.get(key);
    if (entries === undefined) return undefined;
    const now = this.#nowMs();
    const live = [...entries.values()].filter(({ flow, expiresAtMs }) => !flow.closed && expiresAtMs > now);
    const [only, ...others] = live;
    return others.length === 0 && only?.flow.reliable === true ? only.flow : undefined;
  }

  /** The connection has ended. */
  forget(flow: Flow): void {
    for (const key of this.#byFlow.get(flow.id) ?? []) this.#drop(key, flow);
    this.#byFlow.delete(flow.id);
  }

  get size(): number {
    return this.#byContact.size;
  }

  #learnOne(value: string, fallback: string | undefined, flow: Flow): void {
    const contact = readContact(value);
    if (contact === undefined) return;
    const expiresSec = Number.parseInt(contact.expires ?? fallback ?? '3600', 10);
    if (!(expiresSec > 0)) {
      this.#drop(contact.key, flow);
      return;
    }
    const entries = this.#byContact.get(contact.key) ?? new Map<string, Entry>();
    entries.set(flow.id, { flow, expiresAtMs: this.#nowMs() + expiresSec * 1000 });
    this.#byContact.set(contact.key, entries);
    const keys = this.#byFlow.get(flow.id) ?? new Set<string>();
    keys.add(contact.key);
    this.#byFlow.set(flow.id, keys);
  }

  #clear(): void {
    const now = this.#nowMs();
    for (const [key, entries] of this.#byContact) {
      for (const { flow, expiresAtMs } of entries.values()) if (expiresAtMs <= now) this.#drop(key, flow);
    }
    this.#clearingAt = Math.max(FIRST_CLEARING, 2 * this.#byContact.size);
  }

  #drop(key: string, flow: Flow): void {
    const entries = this.#byContact.get(key);
    entries?.delete(flow.id);
    if (entries?.size === 0) this.#byContact.delete(key);
    const keys = this.#byFlow.get(flow.id);
    keys?.delete(key);
    if (keys?.size === 0) this.#byFlow.delete(flow.id);
  }
}

function readContact(value: string): { readonly key: string; readonly expires: string | undefined } | undefined {
  try {
    const address = parseNameAddr(value);
    const key = keyOf(address.uri);
    return key === undefined ? undefined : { key, expires: address.params.get('expires') };
  } catch {
    return undefined;
  }
}

function keyOf(uri: string): string | undefined {
  const parsed = tryUri(uri);
  return parsed === undefined || parsed.scheme === 'tel' ? undefined : `${parsed.user}@${parsed.host}`;
}
