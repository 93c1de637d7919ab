import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AddressGuard } from './address-guard.ts';

/** Places (name, port, judged address) whose connections are kept. */
const MOST_KEPT = 500;
const IDLE_MS = 30_000;

/**
 * Connections that are used again, each only for the name, port and address that it was judged for: a name that
 * meanwhile leads elsewhere is judged anew and gets a connection of its own.
 */
export class Connections {
  readonly #guard: AddressGuard;
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();

  constructor(guard: AddressGuard) {
    this.#guard = guard;
  }

  /** @throws Error in words for the delivery log, when the place must not be reached or has no address */
  async agentFor(url: URL): Promise<HttpAgent | HttpsAgent> {
    const { address, lookup } = await this.#guard.pin(url.hostname);
    const key = `${url.protocol}//${url.host} ${address}`;
    const known = this.#agents.get(key);
    if (known !== undefined) return this.#touch(key, known);
    const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 4, lookup };
    return this.#touch(key, url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options));
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  /** The one used longest ago gives way. Its connections that are in use finish first. */
  #touch(key: string, agent: HttpAgent | HttpsAgent): HttpAgent | HttpsAgent {
    this.#agents.delete(key);
    this.#agents.set(key, agent);
    const [oldest] = this.#agents;
    if (this.#agents.size > MOST_KEPT && oldest !== undefined) this.#agents.delete(oldest[0]);
    return agent;
  }
}
