import type { RemoteFlow } from './remote-flow.ts';

/** Flows by something that several may have. */
export class FlowGroups {
  readonly #groups = new Map<string, RemoteFlow[]>();

  of(key: string): readonly RemoteFlow[] {
    return this.#groups.get(key) ?? [];
  }

  add(key: string, flow: RemoteFlow): void {
    const others = this.#groups.get(key);
    if (others === undefined) this.#groups.set(key, [flow]);
    else if (!others.includes(flow)) others.push(flow);
  }

  remove(key: string, flow: RemoteFlow): void {
    const left = this.of(key).filter((other) => other !== flow);
    if (left.length === 0) this.#groups.delete(key);
    else this.#groups.set(key, left);
  }
}
