import type { CarrierRecord } from '../../bus/index.ts';
import { type BindingDeps, CarrierBinding } from './carrier-binding.ts';
import type { Node } from './register-port.ts';
import type { CarrierRegistrationStatus } from './registration-state.ts';

export interface CarrierRegistrarDeps extends BindingDeps {
  readonly carriers: () => readonly CarrierRecord[];
}

export interface CarrierNode {
  readonly carrierId: number;
  /** The call names our Contact. */
  readonly isOurContact: boolean;
}

/** What calls ask of the registrations at carriers. */
export interface CarrierNodes {
  /** Where the calls of a carrier we are registered at go first. */
  nodeOf(carrierId: number): Node | undefined;
  /**
   * The carrier whose node has that address; where several share one, the one whose Contact the call names as its
   * user. `undefined` when nobody, or more than one, could be meant.
   */
  carrierFrom(address: string, user: string): CarrierNode | undefined;
}

/** Nobody is registered anywhere. */
export const NO_CARRIER_NODES: CarrierNodes = { nodeOf: () => undefined, carrierFrom: () => undefined };

interface Kept {
  readonly binding: CarrierBinding;
  /** The configuration that it was made from. */
  readonly made: string;
}

/** Our registrations at carriers, kept in step with what is configured (P26). */
export class CarrierRegistrar implements CarrierNodes {
  readonly #deps: CarrierRegistrarDeps;
  readonly #kept = new Map<number, Kept>();
  #source: readonly CarrierRecord[] | undefined;
  #isStarted = false;

  constructor(deps: CarrierRegistrarDeps) {
    this.#deps = deps;
  }

  /** From now on we register; call it once SIP listens. */
  start(): void {
    this.#isStarted = true;
    this.directoryChanged();
  }

  /** Registers at new carriers, anew at changed ones, and no more at those that went. */
  directoryChanged(): void {
    const carriers = this.#deps.carriers();
    if (!this.#isStarted || carriers === this.#source) return;
    this.#source = carriers;
    const wanted = new Map(carriers.filter((carrier) => carrier.enabled).map((carrier) => [carrier.id, carrier]));
    for (const [id, { binding, made }] of this.#kept) {
      const carrier = wanted.get(id);
      if (carrier !== undefined && made === keyOf(carrier)) continue;
      // The same identity registers anew at once: an end of the old one could overtake it and take the new one along.
      const isSame = carrier?.routing?.registration?.registrar === binding.status.registrar;
      binding.close(isSame ? 'silently' : 'unregister');
      this.#kept.delete(id);
    }
    for (const carrier of wanted.values()) if (!this.#kept.has(carrier.id)) this.#open(carrier);
  }

  nodeOf(carrierId: number): Node | undefined {
    return this.#kept.get(carrierId)?.binding.node;
  }

  carrierFrom(address: string, user: string): CarrierNode | undefined {
    if (this.#kept.size === 0) return undefined;
    const near = [...this.#kept.values()].filter(({ binding }) => binding.node?.address === address);
    const named = near.find(({ binding }) => binding.contactUser === user);
    if (named !== undefined) return { carrierId: named.binding.carrier.id, isOurContact: true };
    const [only, ...others] = near;
    if (only === undefined || others.length > 0) return undefined;
    return { carrierId: only.binding.carrier.id, isOurContact: false };
  }

  /** Whether one of the nodes that hold our registrations has that address. */
  isNode(address: string): boolean {
    for (const { binding } of this.#kept.values()) if (binding.node?.address === address) return true;
    return false;
  }

  statuses(): readonly CarrierRegistrationStatus[] {
    return [...this.#kept.values()].map(({ binding }) => binding.status);
  }

  /** Takes back what stands. */
  close(): void {
    for (const { binding } of this.#kept.values()) binding.close('unregister');
    this.#kept.clear();
    this.#isStarted = false;
  }

  #open(carrier: CarrierRecord): void {
    const registration = carrier.routing?.registration;
    if (registration === undefined) return;
    const binding = new CarrierBinding(carrier, registration, this.#deps);
    this.#kept.set(carrier.id, { binding, made: keyOf(carrier) });
    binding.register();
  }
}

function keyOf(carrier: CarrierRecord): string {
  return JSON.stringify([carrier.name, carrier.routing?.registration]);
}

/** Without a way to send them nobody is registered anywhere. */
export function createCarrierRegistrar(
  {
    directory,
    clock,
    random,
  }: Pick<BindingDeps, 'clock' | 'random'> & {
    readonly directory: { carriers(): readonly CarrierRecord[] };
  },
  way: Pick<BindingDeps, 'send' | 'onChange'> | undefined,
): CarrierRegistrar {
  const silent = { send: () => undefined, onChange: () => undefined };
  const carriers = () => (way === undefined ? [] : directory.carriers());
  return new CarrierRegistrar({ carriers, clock, random, ...(way ?? silent) });
}
