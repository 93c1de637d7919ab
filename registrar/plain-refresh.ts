import { parseSipUri } from '../auth/index.ts';
import { type Binding, isLive } from './binding.ts';
import type { RegisterContext } from './context.ts';
import { type ContactSpec, parseExpires } from './parse-contacts.ts';
import { isPlainRefresh, renewBinding } from './put-binding.ts';

/*
 * What nearly every REGISTER is: the one Contact of a trunk once more, over the same flow, under the same Call-ID.
 * Only times change then, so that nothing is planned and no list is made. All else is left to the general rules, which
 * would do the same.
 */

/**
 * The Contact of a binding registered again in the very same bytes, which have been read and judged before; `undefined`
 * says nothing but that it is to be read.
 */
export function sameContact(
  lines: readonly string[],
  expiresLine: string | undefined,
  binding: Binding | undefined,
): ContactSpec | undefined {
  const [line] = lines;
  if (line === undefined || lines.length > 1 || expiresLine === undefined || binding === undefined) return undefined;
  const { contact, contactParams } = binding;
  if (contactParams !== '' || line.length !== contact.length + 2 || !line.startsWith(contact, 1)) return undefined;
  if (!line.startsWith('<') || !line.endsWith('>')) return undefined;
  const expiresSec = parseExpires(expiresLine);
  return expiresSec === undefined ? undefined : new SameContact(contact, expiresSec);
}

/** Puts off the expiry of the trunk's one binding; false, and nothing done, when more is to be changed or judged. */
export function refreshPlainly(context: RegisterContext): boolean {
  const { contacts, request, bindings, nowMs, held: binding } = context;
  if (contacts.kind !== 'list' || contacts.contacts.length !== 1) return false;
  const [contact] = contacts.contacts;
  if (contact === undefined || contact.expiresSec === 0 || binding === undefined) return false;
  if (!isLive(binding, nowMs) || binding.cseq >= request.cseq || bindings.doubts.concern(binding.trunkId)) return false;
  if (!isPlainRefresh(binding, contact, request)) return false;
  renewBinding(context, contact, binding);
  context.renewed = binding;
  return true;
}

/** Its address is taken apart only for who asks. */
class SameContact implements ContactSpec {
  readonly uri: string;
  readonly params = '';
  readonly expiresSec: number;
  readonly q = 1;
  readonly instance = null;
  readonly regId = null;

  constructor(uri: string, expiresSec: number) {
    this.uri = uri;
    this.expiresSec = expiresSec;
  }

  get user(): string {
    return parseSipUri(this.uri)?.user ?? '';
  }

  get host(): string {
    return parseSipUri(this.uri)?.host ?? '';
  }
}
