import type { Step } from '../telemetry/index.ts';
import { admitCall } from './admit-call.ts';
import { applyCallerId } from './apply-caller-id.ts';
import { authenticate } from './authenticate.ts';
import { bridgeLegs } from './bridge-legs.ts';
import type { CallContext } from './call-context.ts';
import { CallRouter } from './call-router.ts';
import type { CallRouterDeps } from './call-router-deps.ts';
import { type CallTestReport, type CallTestWorld, type ParsedCallTests, runTests } from './call-tests/index.ts';
import { checkFunds } from './check-funds.ts';
import { guardDestination } from './guard-destination.ts';
import { identifySource } from './identify-source.ts';
import { normalizeNumbers } from './normalize-numbers.ts';
import { rejectLoops } from './reject-loops.ts';
import { Replay, type ReplayWorld } from './replay/index.ts';
import { resolveTarget } from './resolve-target.ts';

/** What happens to an INVITE, in this order; one file a step. All but the last decide at once, from memory. */
export const CALL_STEPS: readonly Step<CallContext>[] = [
  rejectLoops,
  identifySource,
  authenticate,
  normalizeNumbers,
  resolveTarget,
  guardDestination,
  applyCallerId,
  checkFunds,
  admitCall,
  bridgeLegs,
];

/** What may still be undone by forgetting the call. */
const JUDGE_STEPS = CALL_STEPS.slice(0, CALL_STEPS.indexOf(checkFunds));
const ADMIT_STEPS = CALL_STEPS.slice(JUDGE_STEPS.length);
/** What a call is asked whose trunk is known: one that a transfer makes. */
const FOLLOW_ON_STEPS = CALL_STEPS.filter((step) => step !== identifySource && step !== authenticate);
/** The same for a target that is only looked up. */
const RESOLVE_STEPS = FOLLOW_ON_STEPS.filter((step) => step !== admitCall && step !== bridgeLegs);

/** Tests of calls and REGISTERs against tenants as SIP would read them: the same steps, and no sockets. */
export function runCallTests(
  world: CallTestWorld,
  tests: ParsedCallTests,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<CallTestReport> {
  return runTests(world, CALL_STEPS, tests, pause);
}

/** Recorded calls, once more through the steps: with the tenants of now, and with those of a candidate. */
export function createReplay(world: ReplayWorld): Replay {
  return new Replay(world, CALL_STEPS);
}

/** The router of one SIP thread: `srf.invite((req, res) => router.handleInvite(req, res))`. */
export function createCallRouter(deps: CallRouterDeps): CallRouter {
  return new CallRouter(deps, {
    ...{ call: CALL_STEPS, judge: JUDGE_STEPS, admit: ADMIT_STEPS },
    ...{ followOn: FOLLOW_ON_STEPS, resolve: RESOLVE_STEPS },
  });
}

export type { Admission, Claim, Lease } from './admission/admission.ts';
export { MemoryAdmission } from './admission/memory-admission.ts';
export { SharedAdmission } from './admission/shared-admission.ts';
export { createSharedPlaces, type SharedPlacesMemory } from './admission/shared-places.ts';
export type { ReferPolicy } from './bridge/bridge-deps.ts';
export type { PrivateMediaPolicy } from './bridge/private-media.ts';
export { CallFundsWatch } from './call-funds.ts';
export type { CallRouter } from './call-router.ts';
export type { CallRouterDeps, Readiness } from './call-router-deps.ts';
export {
  CALL_TESTS_SCHEMA,
  type CallTest,
  CallTestFileError,
  type CallTestReport,
  type CallTestWorld,
  type CaseReport,
  compare,
  judge,
  type Observation,
  type ObservedPlace,
  type ParsedCallTests,
  parseCallTests,
  summarize,
  unfit,
} from './call-tests/index.ts';
export { CarrierWatch } from './carrier/carrier-watch.ts';
export { answerDigest, type DigestLogin } from './carrier/digest-client.ts';
export type { SendRegister } from './carrier/register-port.ts';
export type { CarrierRegistrationStatus } from './carrier/registration-state.ts';
export { srfRegisters } from './carrier/srf-registers.ts';
export { type ExplainQuery, type Explanation, UnknownTrunkError } from './explain.ts';
export { createHomeCalls } from './home-calls.ts';
export { createInviteAuth } from './invite-auth.ts';
export * from './messages/index.ts';
export { mayBeEmergency } from './numbers/emergency.ts';
export type {
  AuthVerdict,
  CallClock,
  CallFunds,
  CallRandom,
  CallSink,
  RoutingAuth,
  RoutingBindings,
  RoutingDirectory,
} from './ports.ts';
export type { PbxProfile } from './profiles.ts';
export {
  type RecordedCall,
  type Replay,
  type ReplayReport,
  type ReplayWorld,
  recordedCall,
  type TimedState,
} from './replay/index.ts';
export type { SrfPort, SrfRequests } from './srf-adapter.ts';
export { toInboundRequest } from './srf-request.ts';
export { isCarrier } from './target/outside-leg.ts';
export { flowRoute } from './target/trunk-legs.ts';
export { createUnservedHandler, UNSERVED_METHODS } from './unserved-methods.ts';
