import type { CarrierRecord, CarrierStateChange } from '../../bus/index.ts';
import type { CallClock } from '../ports.ts';
import { labelOf } from '../target/carrier-routes.ts';
import type { GatewayHealth } from '../target/gateway-health.ts';
import type { CarrierRegistrationStatus } from './registration-state.ts';

/** How often carriers are looked at (ms). */
const EVERY_MS = 5000;

export interface CarrierWatchDeps {
  readonly carriers: () => readonly CarrierRecord[];
  readonly health: Pick<GatewayHealth, 'stateOf'>;
  readonly registrations: () => readonly CarrierRegistrationStatus[];
  readonly clock: CallClock;
  /** Told of what is found first, and of each change. */
  readonly onChange: (change: CarrierStateChange) => void;
}

type State = Pick<CarrierStateChange, 'state' | 'reason'>;

/**
 * Says when a carrier cannot be used any more, and when it can again, by what calls, probes and registrations have
 * shown. One about which nothing is known is neither.
 */
export class CarrierWatch {
  readonly #deps: CarrierWatchDeps;
  readonly #told = new Map<number, CarrierStateChange['state']>();
  #stop: () => void = () => undefined;

  constructor(deps: CarrierWatchDeps) {
    this.#deps = deps;
  }

  /** Looks now, and from now on. */
  start(): void {
    this.#look();
    this.#stop = this.#deps.clock.after(EVERY_MS, () => this.start());
  }

  close(): void {
    this.#stop();
  }

  #look(): void {
    const registrations = new Map(this.#deps.registrations().map((status) => [status.carrierId, status.state]));
    const enabled = this.#deps.carriers().filter((carrier) => carrier.enabled);
    for (const carrier of enabled) {
      const found = this.#stateOf(carrier, registrations.get(carrier.id));
      if (found === undefined || found.state === this.#told.get(carrier.id)) continue;
      this.#told.set(carrier.id, found.state);
      this.#deps.onChange({ carrierId: carrier.id, ...found, atMs: this.#deps.clock.now() });
    }
    const used = new Set(enabled.map(({ id }) => id));
    for (const id of this.#told.keys()) if (!used.has(id)) this.#told.delete(id);
  }

  #stateOf(carrier: CarrierRecord, registration: CarrierRegistrationStatus['state'] | undefined): State | undefined {
    const gateways = carrier.gateways.map((gateway) => this.#deps.health.stateOf(labelOf(carrier, gateway)));
    if (registration === 'failed') return { state: 'down', reason: 'registration_failed' };
    if (gateways.length > 0 && gateways.every((state) => state === 'down')) {
      return { state: 'down', reason: 'gateways_silent' };
    }
    const isReached = gateways.includes('up') || (gateways.length === 0 && registration !== undefined);
    const isLetIn = registration === undefined || registration === 'registered';
    return isReached && isLetIn ? { state: 'up', reason: null } : undefined;
  }
}
