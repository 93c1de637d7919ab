import { type CallsConfig, callTargets, type OpenAddresses } from '../../config/index.ts';
import { runSteps, type Step } from '../../telemetry/index.ts';
import { MemoryAdmission } from '../admission/memory-admission.ts';
import type { CallContext } from '../call-context.ts';
import { CallRates } from '../call-rates.ts';
import { type CarrierNodes, NO_CARRIER_NODES } from '../carrier/carrier-registrar.ts';
import { createContext } from '../create-context.ts';
import { OpenHours } from '../open-hours.ts';
import type { CallFunds, RoutingBindings, RoutingDirectory } from '../ports.ts';
import { CarrierQuality } from '../target/carrier-quality.ts';
import { CarrierRoutes } from '../target/carrier-routes.ts';
import { GatewayHealth } from '../target/gateway-health.ts';
import { type CallOutcome, outcomeOf } from './call-outcome.ts';
import { type ImaginedCall, imagineInvite } from './imagine-invite.ts';
import { simulatedEffects } from './simulated-effects.ts';

export interface SimulatorWorld {
  readonly directory: RoutingDirectory;
  readonly bindings: RoutingBindings;
  readonly config: CallsConfig;
  /** @default every call is free */
  readonly funds?: CallFunds | undefined;
  /** Epoch milliseconds. */
  nowMs(): number;
}

/**
 * Calls through the very steps of the server, without sockets. Calls that are placed hold their places under the
 * ceilings until they are released, so that the next ones meet them.
 */
export class CallSimulator {
  readonly #world: SimulatorWorld;
  readonly #steps: readonly Step<CallContext>[];
  readonly #admission = new MemoryAdmission();
  readonly #rates: CallRates;
  readonly #parts = {
    carrierRoutes: new CarrierRoutes(),
    carrierQuality: new CarrierQuality(),
    openHours: new OpenHours(),
  };
  readonly #gatewayHealth: GatewayHealth;
  readonly #callTargets: OpenAddresses;

  constructor(world: SimulatorWorld, steps: readonly Step<CallContext>[]) {
    this.#world = world;
    this.#steps = steps;
    this.#rates = new CallRates(() => world.nowMs());
    this.#gatewayHealth = new GatewayHealth(() => world.nowMs());
    this.#callTargets = callTargets(world.config.targetAllow);
  }

  /**
   * What becomes of the call, which is up from now on if it would ring.
   * @param turn whose turn it is in groups that take turns @default the first's
   */
  place(uuid: string, call: ImaginedCall, turn = 0): CallOutcome {
    const { directory, bindings, config, funds } = this.#world;
    const world = {
      directory,
      bindings,
      config,
      callTargets: this.#callTargets,
      ...this.#parts,
      gatewayHealth: this.#gatewayHealth,
      carrierNodes: call.carrier === undefined ? NO_CARRIER_NODES : nodesOf(call.carrier.id),
      identitySigner: undefined,
      peerCertificate: () => undefined,
      nowMs: () => this.#world.nowMs(),
    };
    const effects = simulatedEffects(call.trunk, {
      takeRates: (rates) => this.#rates.take(rates),
      checkFunds: (context) => funds?.check(context),
      acquire: (context, claims) => this.#admission.acquire(context.uuid, claims, Number.POSITIVE_INFINITY),
      isLoop: () => false,
      nextTurn: (_groupId, size) => turn % size,
    });
    const context = createContext(uuid, imagineInvite(world, call), world, effects);
    return outcomeOf(context, runSteps(this.#steps, context));
  }

  /** The call has ended. */
  release(uuid: string): void {
    this.#admission.release(uuid);
  }
}

/** Whoever calls is that carrier, as if it came from where we are registered. */
function nodesOf(carrierId: number): CarrierNodes {
  return { nodeOf: () => undefined, carrierFrom: () => ({ carrierId, isOurContact: false }) };
}
