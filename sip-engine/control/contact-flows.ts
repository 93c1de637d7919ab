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

/**
 * Contacts registered over connections, so that `sip:x@abc.invalid;transport=ws` can be reached. Kept per
 * connection: when two live ones claim the same `user@host`, neither is used, since that would misroute.
 */
export class ContactFlows {
  readonly #nowMs: () => number;
  readonly #byContact = new Map<string, Map<string, Entry>>();
  readonly #byFlow = new Map<string, Set<string>>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The 2xx to a REGISTER or SUBSCRIBE has gone out on its flow. */
  learn(request: SipMessage, response: OutgoingMessage, flow: Flow): void {
    if (!flow.reliable) return;
    const fallback = response.header('expires') ?? request.header('expires');
    const answered = response.headerValues('contact');
    const values = request.method === 'REGISTER' && answered.length > 0 ? answered : request.headerValues('contact');
    for (const value of values) this.#learnOne(value, fallback, flow);
  }

  /** The only live connection that this Request-URI's device registered on. */
  find(method: string, uri: string): Flow | undefined {
    if (this.#byContact.size === 0 || !REUSING.has(method)) return undefined;
    const key = keyOf(uri);
    const entries = key === undefined ? undefined : this.#byContact.get(key);
    if (entries === undefined) return undefined;
    const now = this.#nowMs();
    const live = [...entries.values()].filter(({ flow, expiresAtMs }) => !flow.closed && expiresAtMs > now);
    return live.length === 1 ? live[0]?.flow : undefined;
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

  #drop(key: string, flow: Flow): void {
    const entries = this.#byContact.get(key);
    entries?.delete(flow.id);
    if (entries?.size === 0) this.#byContact.delete(key);
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
