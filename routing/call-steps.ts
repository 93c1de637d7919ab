import type { Step } from '../telemetry/index.ts';
import { admitCall } from './admit-call.ts';
import { applyCallerId } from './apply-caller-id.ts';
import { authenticate } from './authenticate.ts';
import { bridgeLegs } from './bridge-legs.ts';
import type { CallContext } from './call-context.ts';
import { identifySource } from './identify-source.ts';
import { normalizeNumbers } from './normalize-numbers.ts';
import { rejectLoops } from './reject-loops.ts';
import { createResolveTarget } from './resolve-target.ts';
import { CarrierRoutes } from './target/carrier-routes.ts';

/** An INVITE, from its arrival to the two legs. Everything up to `bridgeLegs` is decided at once, from memory. */
export function createCallSteps(): readonly Step<CallContext>[] {
  const resolveTarget = createResolveTarget(new CarrierRoutes());
  return [
    rejectLoops,
    identifySource,
    authenticate,
    normalizeNumbers,
    resolveTarget,
    applyCallerId,
    admitCall,
    bridgeLegs,
  ];
}
