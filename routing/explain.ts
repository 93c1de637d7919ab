import type { InboundRequest } from '../auth/index.ts';
import type { TrunkRecord } from '../bus/index.ts';
import {
  type Reason,
  type Rejection,
  type Result,
  reasonEntry,
  runSteps,
  type Step,
  type TraceLine,
} from '../telemetry/index.ts';
import { canonicalAddress, type Directory } from '../tenancy/index.ts';
import type { AdmissionResult, Claim } from './admission/admission.ts';
import type { CallContext, CallEffects } from './call-context.ts';
import type { CallRate } from './call-rates.ts';
import { type ContextWorld, createContext } from './create-context.ts';
import { allowedTrunk } from './identify-source.ts';
import type { RoutingDirectory } from './ports.ts';

/** A call that is only thought of. Without `trunk` and `source` it comes from the first carrier. */
export interface ExplainQuery {
  readonly from: string;
  readonly to: string;
  /** Source address. */
  readonly source?: string;
  /** Calling trunk: uuid, id or name. */
  readonly trunk?: string;
}

export interface Explanation {
  readonly result: Result;
  readonly reason: Reason;
  readonly sentence: string;
  readonly remedy: string;
  readonly steps: readonly TraceLine[];
}

/** No trunk goes by that name. */
export class UnknownTrunkError extends Error {
  readonly code = 'unknown_trunk';

  constructor(trunk: string) {
    super(`There is no trunk ${trunk}.`);
    this.name = 'UnknownTrunkError';
  }
}

export type ExplainDirectory = Pick<Directory, 'findTrunkByUuid' | 'trunks'>;

export interface ExplainWorld extends ContextWorld {
  readonly directory: RoutingDirectory & ExplainDirectory;
}

/** What the live state says, without changing it. */
export interface ExplainState {
  /** Why no call at all would be served. */
  readonly unready: Rejection | undefined;
  peekRates(rates: readonly CallRate[]): CallRate | undefined;
  checkFunds(context: CallContext): Rejection | undefined;
  peek(claims: readonly Claim[]): AdmissionResult;
  isLoop(caller: string, called: string, trunkId: number): boolean;
  nextTurn(groupId: number, size: number): number;
}

/** Runs the same steps as a call does, against the live snapshot: no lease, no nonce, no record. */
export function explainCall(
  world: ExplainWorld,
  steps: readonly Step<CallContext>[],
  query: ExplainQuery,
  state: ExplainState,
): Explanation {
  const trunk = query.trunk === undefined ? undefined : findTrunk(world.directory, query.trunk);
  const request = imagineInvite(world, query, trunk);
  const context = createContext('call_explain', request, world, dryEffects(trunk, state));
  const rejection = state.unready ?? runSteps(steps, context);
  return rejection === undefined ? wouldRing(context) : wouldFail(context, rejection);
}

function dryEffects(trunk: TrunkRecord | undefined, state: ExplainState): CallEffects {
  return {
    authenticate: (context) => {
      if (trunk === undefined) return { kind: 'rejected', rejection: { status: 407, reason: 'challenged' } };
      const refused = allowedTrunk(context, trunk);
      return refused === undefined ? { kind: 'accepted', trunk } : { kind: 'rejected', rejection: refused };
    },
    takeRates: (rates) => state.peekRates(rates),
    checkFunds: (context) => state.checkFunds(context),
    acquire: (_context, claims) => state.peek(claims),
    isLoop: (caller, called, trunkId) => state.isLoop(caller, called, trunkId),
    nextTurn: (groupId, size) => state.nextTurn(groupId, size),
    random: () => 0,
    bridge: () => undefined,
  };
}

/** The INVITE that would arrive; a trunk is taken to have authenticated the way it does. */
function imagineInvite(world: ExplainWorld, query: ExplainQuery, trunk: TrunkRecord | undefined): InboundRequest {
  const realm = trunk?.realm ?? world.directory.platformRealm;
  const byDigest = trunk !== undefined && trunk.authType !== 'ip';
  const headers: Readonly<Record<string, string>> = {
    from: `<sip:${encodeURIComponent(query.from)}@${realm}>;tag=explain`,
    to: `<sip:${encodeURIComponent(query.to)}@${realm}>`,
    contact: '<sip:explain@localhost>',
    ...(byDigest ? { 'proxy-authorization': 'Digest' } : {}),
  };
  return {
    method: 'INVITE',
    uri: `sip:${encodeURIComponent(query.to)}@${realm}`,
    transport: 'udp',
    sourceAddress: query.source ?? sourceOf(world, trunk),
    sourcePort: 0,
    localAddress: '',
    localPort: 0,
    flowId: '',
    callId: 'explain',
    cseq: 1,
    branch: 'z9hG4bKexplain',
    header: (name) => headers[name],
    headerLines: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  };
}

function sourceOf(world: ExplainWorld, trunk: TrunkRecord | undefined): string {
  if (trunk !== undefined) {
    return world.bindings.bindingsOf(trunk.id)[0]?.sourceAddress ?? firstAddress(trunk.sources) ?? '';
  }
  for (const carrier of world.directory.carriers()) {
    const address = carrier.enabled ? firstAddress(carrier.sources) : undefined;
    if (address !== undefined) return address;
  }
  return '';
}

function firstAddress(sources: readonly string[]): string | undefined {
  const base = sources[0]?.split('/', 1)[0];
  return base === undefined ? undefined : canonicalAddress(base)?.text;
}

/** Not on the hot path: a name is looked for among all trunks. */
function findTrunk(directory: RoutingDirectory & ExplainDirectory, text: string): TrunkRecord {
  const byKey = directory.findTrunkByUuid(text) ?? (/^\d+$/.test(text) ? directory.findTrunk(Number(text)) : undefined);
  if (byKey !== undefined) return byKey;
  for (const trunk of directory.trunks()) if (trunk.name === text || trunk.username === text) return trunk;
  throw new UnknownTrunkError(text);
}

function wouldRing(context: CallContext): Explanation {
  const legs = context.options.slice(context.admitted).flatMap((option) => option.legs);
  const sentence = `The call would go to ${legs.map((leg) => leg.label).join(', then ')}.`;
  return { result: 'ok', reason: 'answered', sentence, remedy: '', steps: context.trace };
}

function wouldFail(context: CallContext, rejection: Rejection): Explanation {
  const { result, sentence, remedy } = reasonEntry(rejection.reason);
  const own = rejection.sentence === undefined ? sentence : `${sentence} ${rejection.sentence}`;
  return { result, reason: rejection.reason, sentence: own, remedy, steps: context.trace };
}
