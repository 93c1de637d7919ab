import type { InboundRequest } from '../../auth/index.ts';
import type { TrunkRecord } from '../../bus/index.ts';
import type { CallContext } from '../call-context.ts';
import { escapeUser, parseUri } from '../sip-uri.ts';

/**
 * The INVITE that a trunk would have sent to call `target` itself, within a call that it takes part in; `undefined`
 * when the target is no URI that names a user. Max-Forwards goes on counting, so that circles end.
 */
export function followOnRequest(
  { invite }: CallContext,
  trunk: TrunkRecord,
  shownNumber: string,
  target: string,
): InboundRequest | undefined {
  const called = parseUri(target);
  if (called === undefined || called.user === '') return undefined;
  const { request, maxForwards } = invite;
  const headers: Readonly<Record<string, string>> = {
    from: `<sip:${escapeUser(shownNumber)}@${trunk.realm}>;tag=follow-on`,
    to: `<sip:${escapeUser(called.user)}@${trunk.realm}>`,
    contact: '<sip:follow-on@localhost>',
    'max-forwards': String(maxForwards - 1),
  };
  return {
    ...request,
    branch: request.branch,
    method: 'INVITE',
    uri: `sip:${escapeUser(called.user)}@${trunk.realm}`,
    header: (name) => headers[name],
    headerLines: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  };
}
