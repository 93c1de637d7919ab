import { type CallContext, callerTrunk, type LegTarget, type RouteOption } from '../call-context.ts';
import { signedIdentity } from '../identity/attestation.ts';
import { nearestSetting } from '../nearest-setting.ts';
import { escapeUser, formatNameAddr, parseTarget, parseUri, uriHost } from '../sip-uri.ts';
import type { SrfHeaders, SrfMessage } from '../srf-adapter.ts';

/** Methods that both legs understand. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY, REFER, MESSAGE';

/** RFC 4028: how often a leg must show that it lives, so that a call without BYE is noticed. */
const SESSION_SEC = 1800;

/** Headers that cross from caller to callee as they are; all others end here (topology hiding). */
const PASSED_TO_CALLEE = named(['Alert-Info', 'P-Early-Media', 'Priority', 'Subject', 'User-to-User', 'Content-Type']);
/** The same from callee to caller, on provisional and final answers. */
const PASSED_TO_CALLER = ['Alert-Info', 'P-Early-Media', 'User-to-User', 'Content-Type', 'Reason'];
/** Carried over so that loops show across legs; the hosts in them are replaced. */
const FORWARDING = named(['Diversion', 'History-Info']);
const NONE: readonly string[] = Object.freeze([]);

interface HeaderName {
  /** As it is written. */
  readonly name: string;
  /** As it is looked up: in lower case. */
  readonly key: string;
}

function named(names: readonly string[]): readonly HeaderName[] {
  return names.map((name) => ({ name, key: name.toLowerCase() }));
}

/** The headers of the INVITE to the called side. */
export function inviteHeaders(context: CallContext, option: RouteOption, leg: LegTarget): SrfHeaders {
  const { request, maxForwards } = context.invite;
  const headers = identityHeaders(context, option, leg);
  headers['Max-Forwards'] = String(maxForwards - 1);
  headers.Allow = ALLOW;
  headers.Supported = request.headerLines('supported').some(names100rel) ? 'timer, 100rel' : 'timer';
  headers['Session-Expires'] = String(SESSION_SEC);
  headers['Min-SE'] = '90';
  headers['X-Correlation-ID'] = context.uuid;
  if (leg.routes !== undefined) headers.Route = leg.routes.join(', ');
  for (const { name, key } of PASSED_TO_CALLEE) copyLines(headers, name, request.headerLines(key));
  for (const name of chosenHeaders(context, option)) copyLines(headers, name, request.headerLines(name.toLowerCase()));
  for (const { name, key } of FORWARDING) {
    const lines = request.headerLines(key);
    if (lines.length === 0) continue;
    const host = domainFor(option);
    headers[name] = lines.map((line) => withHost(line, host)).join(', ');
  }
  // RFC 8224: a signature over another caller number than the one shown is worth nothing.
  const isReplaced = context.presentation?.replaced === true || option.callerId !== undefined;
  if (!isReplaced) copyLines(headers, 'Identity', request.headerLines('identity'));
  const signed = headers.Identity === undefined && leg.kind === 'gateway' ? signedIdentity(context, option) : undefined;
  if (signed !== undefined) headers.Identity = signed;
  if (context.isEmergency) Object.assign(headers, helpHeaders(context));
  return headers;
}

function names100rel(line: string): boolean {
  return /\b100rel\b/i.test(line);
}

/** Headers that one of the two sides has asked for. */
function chosenHeaders(context: CallContext, option: RouteOption): readonly string[] {
  const { directory, source } = context;
  const caller = { trunk: callerTrunk(context), carrier: source?.kind === 'carrier' ? source.carrier : undefined };
  const byCaller = nearestSetting(directory, caller, 'passHeaders');
  const byCallee = nearestSetting(directory, option, 'passHeaders');
  if (byCaller === undefined || byCallee === undefined) return byCaller ?? byCallee ?? NONE;
  return [...new Set([...byCaller, ...byCallee])];
}

/** F-114: where the caller is, by reference (RFC 6442): what is set for its number, its trunk or its account. */
function helpHeaders(context: CallContext): SrfHeaders {
  const { directory, presentation } = context;
  const trunk = callerTrunk(context);
  const number = directory.findDid(presentation?.user ?? '');
  const location = number?.routing?.location ?? nearestSetting(directory, { trunk, carrier: undefined }, 'location');
  const place = location === undefined ? {} : { Geolocation: `<${location}>`, 'Geolocation-Routing': 'yes' };
  return { Priority: 'emergency', ...place };
}

/** From, To and who else the two sides are said to be (RFC 3323, RFC 3325, RFC 7315 for P-Called-Party-ID). */
function identityHeaders(context: CallContext, option: RouteOption, leg: LegTarget): Record<string, string> {
  const shown = context.presentation;
  const domain = domainFor(option);
  const called = escapeUser(option.calledNumber ?? context.calledNumber);
  const toHost = leg.kind === 'gateway' ? uriHost(parseUri(leg.uri)?.host ?? domain) : domain;
  const headers: Record<string, string> = {
    From: fromOf(context, option, domain),
    To: leg.kind === 'uri' ? `<${leg.uri}>` : `<sip:${called}@${toHost}>`,
  };
  if (option.trunk !== undefined) headers['P-Called-Party-ID'] = `<sip:${called}@${domain}>`;
  const asserted = option.callerId ?? shown?.asserted;
  if (asserted !== undefined) {
    headers['P-Asserted-Identity'] = `<sip:${escapeUser(asserted)}@${domain}>`;
  }
  if (shown?.isPrivate === true) headers.Privacy = 'id';
  return headers;
}

function fromOf(context: CallContext, { callerId }: RouteOption, domain: string): string {
  const shown = context.presentation;
  if (callerId !== undefined) return formatNameAddr('', `sip:${escapeUser(callerId)}@${domain}`);
  if (shown === undefined || shown.isPrivate) return '"Anonymous" <sip:anonymous@anonymous.invalid>';
  const user = shown.user === '' ? 'unknown' : escapeUser(shown.user);
  return formatNameAddr(shown.display, `sip:${user}@${domain}`);
}

/** A PBX sees its own SIP domain, a carrier that we are registered at its own; elsewhere the engine puts the address it sends from for `localhost`. */
function domainFor({ trunk, carrier }: RouteOption): string {
  const registration = carrier?.routing?.registration;
  if (registration !== undefined) return uriHost(registration.domain ?? parseTarget(registration.registrar).host);
  return trunk?.realm || 'localhost';
}

/** What of the callee's answer the caller may see. */
export function answerHeaders(context: CallContext, response: SrfMessage): Record<string, string> {
  const headers: Record<string, string> = { 'X-Correlation-ID': context.uuid };
  for (const name of PASSED_TO_CALLER) {
    const value = response.get(name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  return headers;
}

/**
 * Session timer of the caller's leg (RFC 4028 section 9): the caller refreshes if it offered to, else we do,
 * since an interval may be set for a caller that knows nothing of it.
 */
export function addSessionHeaders(headers: Record<string, string>, context: CallContext): SrfHeaders {
  const asked = context.invite.request.header('session-expires');
  const offered = asked === undefined ? null : /^\s*(\d{1,9})(.*)$/.exec(asked);
  const sec = offered === null ? SESSION_SEC : Math.max(90, Number(offered[1]));
  const refresher = offered === null || /refresher\s*=\s*uas/i.test(offered[2] ?? '') ? 'uas' : 'uac';
  headers.Allow = ALLOW;
  headers['Session-Expires'] = `${sec};refresher=${refresher}`;
  if (refresher === 'uac') headers.Require = 'timer';
  return headers;
}

function copyLines(headers: Record<string, string>, name: string, lines: readonly string[]): void {
  if (lines.length > 0) headers[name] = lines.join(', ');
}

function withHost(line: string, host: string): string {
  return line.replace(/(<sips?:(?:[^@>]*@)?)(?:\[[^\]>]*\]|[^>;:?]+)(?::\d+)?/gi, `$1${host}`);
}
