import type { TrunkRecord } from '../bus/index.ts';
import { type Reason, type Rejection, type Result, runSteps, type Step, type TraceLine } from '../telemetry/index.ts';
import type { Directory } from '../tenancy/index.ts';
import type { AdmissionResult, Claim } from './admission/admission.ts';
import { type CallContext, type CallEffects, callerTrunk } from './call-context.ts';
import type { CallRate } from './call-rates.ts';
import { type ContextWorld, createContext } from './create-context.ts';
import type { RoutingDirectory } from './ports.ts';
import { outcomeOf } from './simulate/call-outcome.ts';
import { imagineInvite } from './simulate/imagine-invite.ts';
import { simulatedEffects } from './simulate/simulated-effects.ts';

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
  /** Whose trunk calls and whose number is called, as far as the steps found out. */
  readonly accountIds: readonly number[];
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
  const request = imagineInvite(world, { from: query.from, to: query.to, source: query.source, trunk });
  const context = createContext('call_explain', request, world, dryEffects(trunk, state));
  const rejection = state.unready ?? runSteps(steps, context);
  const { result, reason, sentence, remedy, steps: trace } = outcomeOf(context, rejection);
  const accountIds = [callerTrunk(context)?.accountId, context.did?.accountId].filter((id) => id !== undefined);
  return { result, reason, sentence, remedy, steps: trace, accountIds };
}

function dryEffects(trunk: TrunkRecord | undefined, state: ExplainState): CallEffects {
  return simulatedEffects(trunk, {
    ...state,
    takeRates: (rates) => state.peekRates(rates),
    acquire: (_context, claims) => state.peek(claims),
  });
}

/** Not on the hot path: a name is looked for among all trunks. */
function findTrunk(directory: RoutingDirectory & ExplainDirectory, text: string): TrunkRecord {
  const byKey = directory.findTrunkByUuid(text) ?? (/^\d+$/.test(text) ? directory.findTrunk(Number(text)) : undefined);
  if (byKey !== undefined) return byKey;
  for (const trunk of directory.trunks()) if (trunk.name === text || trunk.username === text) return trunk;
  throw new UnknownTrunkError(text);
}
