import { TransportFault } from './errors.ts';
import type { Target } from './types.ts';

/** Whoever is heard is remembered until so many others were. */
const MOST_HEARD = 1_000;

/** Whom an engine that is shut in may send to: peers it was given, and those it has heard from, over UDP. */
export class KnownPeers {
  readonly #given: ReadonlySet<string>;
  readonly #heard = new Set<string>();

  /** `given` as `address:port`. */
  constructor(given: readonly string[]) {
    this.#given = new Set(given);
  }

  hear(address: string, port: number): void {
    const peer = `${address}:${port}`;
    this.#heard.delete(peer);
    this.#heard.add(peer);
    if (this.#heard.size > MOST_HEARD)
      for (const oldest of this.#heard.values()) return void this.#heard.delete(oldest);
  }

  knows(address: string, port: number): boolean {
    const peer = `${address}:${port}`;
    return this.#given.has(peer) || this.#heard.has(peer);
  }

  /** @throws TransportFault for every other way out. */
  check({ transport, address, port }: Target): void {
    if (transport === 'udp' && this.knows(address, port)) return;
    throw new TransportFault('unreachable', `${transport} ${address}:${port} is nobody whom this engine may send to`);
  }
}
