import type { InboundRequest } from '../auth/index.ts';
import { type NameAddr, parseNameAddr, parseUri, type UriParts } from './sip-uri.ts';

/** What the steps read of an INVITE, taken apart once. */
export interface InviteView {
  readonly request: InboundRequest;
  /** `undefined`: the Request-URI is neither SIP nor tel. */
  readonly requestUri: UriParts | undefined;
  readonly from: NameAddr;
  readonly fromUser: string;
  /** User of P-Called-Party-ID (RFC 7315), else of To; `''` where there is none. */
  readonly calledUser: string;
  /** Lower case, `''` where there is none. */
  readonly fromHost: string;
  /** User of P-Asserted-Identity or P-Preferred-Identity (RFC 3325), `''` where there is none. */
  readonly assertedUser: string;
  readonly assertedDisplay: string;
  /** RFC 3323: the caller wants the number kept from the called side. */
  readonly isPrivate: boolean;
  readonly maxForwards: number;
  readonly userAgent: string;
}

/** RFC 3261 8.1.1.6. */
const DEFAULT_MAX_FORWARDS = 70;

export function viewInvite(request: InboundRequest): InviteView {
  const from = parseNameAddr(request.header('from') ?? '') ?? { display: '', uri: '' };
  const fromUri = parseUri(from.uri);
  const asserted = assertedIdentity(request);
  const fromUser = fromUri?.user ?? '';
  return {
    request,
    requestUri: parseUri(request.uri),
    from,
    fromUser,
    calledUser: userOf(request.header('p-called-party-id')) || userOf(request.header('to')),
    fromHost: fromUri?.host ?? '',
    assertedUser: (asserted === undefined ? undefined : parseUri(asserted.uri))?.user ?? '',
    assertedDisplay: asserted?.display ?? '',
    isPrivate: wantsPrivacy(request, fromUser, fromUri?.host ?? ''),
    maxForwards: parseMaxForwards(request.header('max-forwards')),
    userAgent: request.header('user-agent') ?? '',
  };
}

function userOf(header: string | undefined): string {
  return parseUri(parseNameAddr(header ?? '')?.uri ?? '')?.user ?? '';
}

function assertedIdentity(request: InboundRequest): NameAddr | undefined {
  const value = request.header('p-asserted-identity') ?? request.header('p-preferred-identity');
  return value === undefined ? undefined : parseNameAddr(value);
}

function wantsPrivacy(request: InboundRequest, user: string, host: string): boolean {
  const privacy = (request.header('privacy') ?? '').toLowerCase().split(/[;,\s]+/);
  if (privacy.some((value) => value === 'id' || value === 'user' || value === 'header')) return true;
  return host === 'anonymous.invalid' || user.toLowerCase() === 'anonymous';
}

function parseMaxForwards(value: string | undefined): number {
  return value !== undefined && /^\d{1,5}$/.test(value.trim()) ? Number(value) : DEFAULT_MAX_FORWARDS;
}
