import { hasControl } from '../../auth/index.ts';
import type { Rejection } from '../../telemetry/index.ts';
import { type RegisterContext, required } from '../context.ts';
import { parseContacts as readContactHeaders } from '../parse-contacts.ts';

/** RFC 3261 section 10.3 steps 6 and 7: all contacts are judged before any binding is touched. */
export function parseContacts(context: RegisterContext): Rejection | undefined {
  const { request, options } = context;
  if (request.header('path') !== undefined && request.headerLines('path').some(hasControl)) {
    return { status: 400, reason: 'bad_request', sentence: 'The Path header holds control characters.' };
  }
  const list = readContactHeaders(request.headerLines('contact'), request.header('expires'));
  context.contacts = list;
  if (list.kind === 'bad') return { status: 400, reason: 'bad_contact', sentence: list.sentence };
  if (list.kind !== 'list') return undefined;
  const { minExpiresSec } = options.config;
  const brief = list.contacts.find(
    ({ expiresSec: asked }) => asked !== undefined && asked > 0 && asked < minExpiresSec,
  );
  if (brief !== undefined) {
    return {
      status: 423,
      reason: 'interval_too_brief',
      sentence: `You asked for ${brief.expiresSec} s, at least ${minExpiresSec} s are needed.`,
      lines: [`Min-Expires: ${minExpiresSec}`],
    };
  }
  const { maxContacts } = required(context.trunk, 'trunk');
  const count = list.contacts.filter((contact) => contact.expiresSec !== 0).length;
  if (count <= maxContacts) return undefined;
  return {
    status: 403,
    reason: 'too_many_contacts',
    sentence: `You sent ${count} contacts, at most ${maxContacts} are allowed.`,
  };
}
