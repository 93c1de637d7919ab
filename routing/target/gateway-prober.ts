import type { CarrierRecord } from '../../bus/index.ts';
import type { CallClock } from '../ports.ts';
import { gatewayUri, labelOf } from './carrier-routes.ts';
import type { GatewayHealth } from './gateway-health.ts';

/** Shorter than a circuit stays open, so that a gateway that stays silent stays behind the others (ms). */
const INTERVAL_MS = 20_000;
const TIMEOUT_MS = 4000;

export interface GatewayProbe {
  readonly method: 'OPTIONS';
  readonly uri: string;
  readonly timeoutMs: number;
}

export interface GatewayProberDeps {
  readonly carriers: () => readonly CarrierRecord[];
  readonly health: GatewayHealth;
  readonly clock: CallClock;
  /** `done` is told once: whether anything at all came back. */
  send(probe: GatewayProbe, done: (responded: boolean) => void): void;
}

/**
 * OPTIONS to every gateway, so that the first caller does not pay for a dead one and a revived one is used
 * again before a call has to try it. Any response means alive; silence counts only against a gateway that has
 * answered a probe before, since many drop OPTIONS (interface.md, Bindings, holds for them as well).
 */
export class GatewayProber {
  readonly #deps: GatewayProberDeps;
  readonly #answering = new Set<string>();
  #stop: () => void = () => undefined;

  constructor(deps: GatewayProberDeps) {
    this.#deps = deps;
  }

  /** Probes now, and from now on. */
  start(): void {
    this.#round();
    this.#stop = this.#deps.clock.after(INTERVAL_MS, () => this.start());
  }

  close(): void {
    this.#stop();
  }

  #round(): void {
    const known = new Set<string>();
    for (const carrier of this.#deps.carriers()) {
      if (!carrier.enabled) continue;
      for (const gateway of carrier.gateways) {
        const label = labelOf(carrier, gateway);
        known.add(label);
        const probe = { method: 'OPTIONS', uri: `sip:${gatewayUri(gateway)}`, timeoutMs: TIMEOUT_MS } as const;
        this.#deps.send(probe, (responded) => this.#note(label, responded));
      }
    }
    for (const label of this.#answering) if (!known.has(label)) this.#answering.delete(label);
  }

  #note(label: string, responded: boolean): void {
    if (responded) {
      this.#answering.add(label);
      this.#deps.health.responded(label);
    } else if (this.#answering.has(label)) this.#deps.health.failed(label);
  }
}
