import { hasControl } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import { type RegisterContext, required } from '../context.ts';
import { parseContacts as readContactHeaders } from '../parse-contacts.ts';
import { sameContact } from '../plain-refresh.ts';

/** RFC 3261 section 10.3 steps 6 and 7: all contacts are judged before any binding is touched. */
export function parseContacts(context: RegisterContext): Rejection | undefined {
  const { request, options, bindings } = context;
  if (request.header('path') !== undefined && request.headerLines('path').some(hasControl)) {
    return { status: 400, reason: 'bad_request', sentence: 'The Path header holds control characters.' };
  }
  const lines = request.headerLines('contact');
  const expires = request.header('expires');
  const trunk = required(context.trunk, 'trunk');
  context.held = bindings.store.single(trunk.id);
  const same = sameContact(lines, expires, context.held);
  const list = same === undefined ? readContactHeaders(lines, expires) : { kind: 'list' as const, contacts: [same] };
  context.contacts = list;
  if (list.kind === 'bad') return { status: 400, reason: 'bad_contact', sentence: list.sentence };
  if (list.kind !== 'list') return undefined;
  const { minExpiresSec } = options.config;
  let count = 0;
  for (const { expiresSec: asked } of list.contacts) {
    if (asked !== undefined && asked > 0 && asked < minExpiresSec) return tooBrief(asked, minExpiresSec);
    if (asked !== 0) count += 1;
  }
  if (count <= trunk.maxContacts) return undefined;
  return {
    status: 403,
    reason: 'too_many_contacts',
    sentence: `You sent ${count} contacts, at most ${trunk.maxContacts} are allowed.`,
  };
}

function tooBrief(askedSec: number, minExpiresSec: number): Rejection {
  return {
    status: 423,
    reason: 'interval_too_brief',
    sentence: `You asked for ${askedSec} s, at least ${minExpiresSec} s are needed.`,
    lines: [`Min-Expires: ${minExpiresSec}`],
  };
}
