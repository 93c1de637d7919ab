import type { InboundRequest } from '../auth/index.ts';
import { type NameAddr, parseNameAddr, parseUri, type UriParts } from './sip-uri.ts';

/** RFC 3261 8.1.1.6. */
const DEFAULT_MAX_FORWARDS = 70;

const NOBODY: NameAddr = Object.freeze({ display: '', uri: '' });

/** What the steps read of an INVITE, taken apart once; what few calls need, when it is asked for. */
export class InviteView {
  readonly request: InboundRequest;
  /** `undefined`: the Request-URI is neither SIP nor tel. */
  readonly requestUri: UriParts | undefined;
  readonly from: NameAddr;
  readonly fromUser: string;
  /** Lower case, `''` where there is none. */
  readonly fromHost: string;
  /** User of P-Asserted-Identity or P-Preferred-Identity (RFC 3325), `''` where there is none. */
  readonly assertedUser: string;
  readonly assertedDisplay: string;
  /** RFC 3323: the caller wants the number kept from the called side. */
  readonly isPrivate: boolean;
  readonly maxForwards: number;

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
  }

  /** User of P-Called-Party-ID (RFC 7315), else of To; `''` where there is none. */
  get calledUser(): string {
    return userOf(this.request.header('p-called-party-id')) || userOf(this.request.header('to'));
  }

  get userAgent(): string {
    return this.request.header('user-agent') ?? '';
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
  const privacy = request.header('privacy');
  if (privacy !== undefined && asksForPrivacy(privacy)) return true;
  return host === 'anonymous.invalid' || (user.length === ANONYMOUS.length && user.toLowerCase() === ANONYMOUS);
}

const ANONYMOUS = 'anonymous';

function asksForPrivacy(privacy: string): boolean {
  const values = privacy.toLowerCase().split(/[;,\s]+/);
  return values.some((value) => value === 'id' || value === 'user' || value === 'header');
}

function parseMaxForwards(value: string | undefined): number {
  return value !== undefined && /^\d{1,5}$/.test(value.trim()) ? Number(value) : DEFAULT_MAX_FORWARDS;
}
