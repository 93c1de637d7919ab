import type { AppClient } from './app-client.ts';

/** Which applications want which verbs; new requests go round robin per verb. Verbs have no case. */
export class RouteTable {
  readonly #clients = new Map<string, AppClient[]>();
  readonly #next = new Map<string, number>();

  /** How many verbs somebody wants. */
  get size(): number {
    return this.#clients.size;
  }

  /** A set of (client, verb): srf repeats all its routes whenever one is added. */
  add(client: AppClient, verb: string): void {
    const key = verb.toLowerCase();
    const known = this.#clients.get(key);
    if (known === undefined) this.#clients.set(key, [client]);
    else if (!known.includes(client)) known.push(client);
  }

  remove(client: AppClient, verb: string): void {
    const key = verb.toLowerCase();
    const rest = (this.#clients.get(key) ?? []).filter((other) => other !== client);
    if (rest.length > 0) this.#clients.set(key, rest);
    else {
      this.#clients.delete(key);
      this.#next.delete(key);
    }
  }

  removeClient(client: AppClient): void {
    for (const verb of [...this.#clients.keys()]) this.remove(client, verb);
  }

  /** Every verb that somebody wants, in small letters. */
  verbs(): readonly string[] {
    return [...this.#clients.keys()];
  }

  /** The next application in turn among those that fit, or `undefined` when none asked for that verb. */
  pick(verb: string, fits?: (client: AppClient) => boolean): AppClient | undefined {
    const key = verb.toLowerCase();
    // RFC 3261 7.1: `invite` is another method than INVITE, which nobody can ask for.
    if (verb !== verb.toUpperCase() && !key.startsWith('cdr:')) return undefined;
    const all = this.#clients.get(key);
    const clients = fits === undefined ? all : all?.filter(fits);
    if (clients === undefined || clients.length === 0) return undefined;
    const turn = (this.#next.get(key) ?? 0) % clients.length;
    this.#next.set(key, turn + 1);
    return clients[turn];
  }
}
