import { addressUri, parseSipUri } from '../auth/index.ts';
import type { RealmRecord, RegisterFailure, TrunkRecord } from '../bus/index.ts';
import {
  completeTrace,
  note,
  type Reason,
  type Rejection,
  type Result,
  reasonEntry,
  type Step,
} from '../telemetry/index.ts';
import type { RegisterContext } from './context.ts';

/** How one REGISTER ended; `lines` are header lines without CR LF. */
export interface RegisterOutcome {
  readonly status: number;
  readonly lines: readonly string[];
  readonly reason: Reason;
  readonly result: Result;
}

/** The outcome of a flow that no step refused. */
export function acceptedOutcome(context: RegisterContext): RegisterOutcome {
  return { status: 200, lines: context.lines, reason: context.reason, result: reasonEntry(context.reason).result };
}

/** The outcome of a refusal, with its public reason in Warning: 399 (interface.md, Answers). */
export function refusedOutcome(context: RegisterContext, rejection: Rejection): RegisterOutcome {
  const { result, publicReason } = reasonEntry(rejection.reason);
  const lines = rejection.lines ?? [];
  const { reason, status } = rejection;
  if (publicReason === undefined) return { status, lines, reason, result };
  return { status, lines: [...lines, `Warning: 399 ${warnAgent(context)} "${publicReason}"`], reason, result };
}

/** The decision trace of a failed REGISTER: what was sent, what was expected, how to mend it. */
export function describeFailure(
  steps: readonly Step<RegisterContext>[],
  context: RegisterContext,
  rejection: Rejection,
): RegisterFailure {
  const { request } = context;
  const entry = reasonEntry(rejection.reason);
  const { trunk, realm, username } = context.trunk === undefined ? namedIn(context) : context;
  return {
    atMs: context.nowMs,
    trunkId: trunk?.id ?? null,
    // Who owns the domain sees the user names that are tried in it.
    accountId: trunk?.accountId ?? realm?.accountId ?? null,
    realm: context.warnRealm || (realm?.realm ?? ''),
    username: shortened(username),
    sourceAddress: request.sourceAddress,
    sourcePort: request.sourcePort,
    transport: request.transport,
    userAgent: shortened(request.header('user-agent') ?? ''),
    callId: shortened(request.callId),
    result: entry.result,
    reason: rejection.reason,
    sentence: shortened(rejection.sentence ?? entry.sentence),
    remedy: rejection.remedy ?? entry.remedy,
    trace: completeTrace(steps, noted(context), rejection).map((line) => ({ ...line, saw: shortened(line.saw) })),
  };
}

/** The context with what steps that proceeded had decided: read of failures alone, so nobody writes it down before. */
function noted(context: RegisterContext): RegisterContext {
  const { request, realm, credentials, trunk, password } = context;
  if (realm !== undefined) note(context, 'resolveRealm', parseSipUri(request.uri)?.host ?? '', realm.realm);
  if (credentials !== undefined && trunk !== undefined && password !== undefined) {
    note(context, 'authenticate', credentials.username, trunk.uuid + (password === 'current' ? '' : ', old password'));
  }
  return context;
}

/** Strangers write what they like, and it is kept for a month. */
function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

const LONGEST_TEXT = 400;

/** What To says of a request that was refused before it authenticated: its owner wants to know as well. */
function namedIn(context: RegisterContext): Named {
  const { realm, username, options, request } = context;
  const to = context.to ?? parseSipUri(addressUri(request.header('to') ?? ''));
  if (to === undefined) return { trunk: undefined, realm, username };
  const named = realm ?? options.auth.realms.resolveBoth(parseSipUri(request.uri)?.host ?? '', to.host).realm;
  // Who tried another user name than the one in To is that other one.
  const user = username === '' ? to.user : username;
  // P1: the commonest mistake is another domain; the user names of the platform's realm are unique without it.
  const trunk = options.directory.findCredential(user, named?.realm ?? options.directory.platformRealm);
  return { trunk, realm: named, username: user };
}

interface Named {
  readonly trunk: TrunkRecord | undefined;
  readonly realm: RealmRecord | undefined;
  readonly username: string;
}

/** The realm of the request, or its host where no realm was found. */
function warnAgent(context: RegisterContext): string {
  const host = context.warnRealm || parseSipUri(context.request.uri)?.host || context.options.directory.platformRealm;
  return host.includes(':') ? `[${host}]` : host;
}
