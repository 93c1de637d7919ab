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
  return new RequestView(request);
}

const NOBODY: NameAddr = Object.freeze({ display: '', uri: '' });

/** A class for what few calls need, which is read when it is asked for (see `toInboundRequest`). */
class RequestView implements InviteView {
  readonly request: InboundRequest;
  readonly requestUri: UriParts | undefined;
  readonly from: NameAddr;
  readonly fromUser: string;
  readonly fromHost: string;
  readonly assertedUser: string;
  readonly assertedDisplay: string;
  readonly isPrivate: boolean;
  readonly maxForwards: number;
  readonly userAgent: string;

  constructor(request: InboundRequest) {
    this.request = request;
    this.requestUri = parseUri(request.uri);
    this.from = parseNameAddr(request.header('from') ?? '') ?? NOBODY;
    const fromUri = parseUri(this.from.uri);
    this.fromUser = fromUri?.user ?? '';
    this.fromHost = fromUri?.host ?? '';
    const asserted = assertedIdentity(request);
    this.assertedUser = (asserted === undefined ? undefined : parseUri(asserted.uri))?.user ?? '';
    this.assertedDisplay = asserted?.display ?? '';
    this.isPrivate = wantsPrivacy(request, this.fromUser, this.fromHost);
    this.maxForwards = parseMaxForwards(request.header('max-forwards'));
    this.userAgent = request.header('user-agent') ?? '';
  }

  get calledUser(): string {
    return userOf(this.request.header('p-called-party-id')) || userOf(this.request.header('to'));
  }
}

function userOf(header: string | undefined): string {
  return parseUri(parseNameAddr(header ?? '')?.uri ?? '')?.user ?? '';
}

function assertedIdentity(request: InboundRequest): NameAddr | undefined {
  const value = request.header('p-asserted-identity') ?? request.header('p-preferred-identity');
  return value === undefined ? undefined : parseNameAddr(value);
}

function wantsPrivacy(request: InboundRequest, user: string, host: string): boolean {
  const privacy = request
    .header('privacy')
    ?.toLowerCase()
    .split(/[;,\s]+/);
  if (privacy?.some((value) => value === 'id' || value === 'user' || value === 'header') === true) return true;
  return host === 'anonymous.invalid' || user.toLowerCase() === 'anonymous';
}

function parseMaxForwards(value: string | undefined): number {
  return value !== undefined && /^\d{1,5}$/.test(value.trim()) ? Number(value) : DEFAULT_MAX_FORWARDS;
}
