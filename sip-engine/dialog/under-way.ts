import type { EngineRandom } from '../ports.ts';
import { SlotTable } from '../slot-table.ts';

/**
 * Requests that wait for their final answer. Applications at a connection know each by an id, which is made when it is
 * asked for: calls inside the process have no use for one.
 */
export class UnderWay<T extends object> {
  readonly #random: Pick<EngineRandom, 'uuid'>;
  readonly #items = new SlotTable<T>();
  /** Numbers only, so that a table of the Map that has grown old holds no calls. */
  readonly #named = new Map<string, number>();

  constructor(random: Pick<EngineRandom, 'uuid'>) {
    this.#random = random;
  }

  /** Puts in what is made for its place. */
  add(make: (place: number) => T): T {
    return this.#items.add(make);
  }

  /** An id for what has that place, by which it is found until it is deleted. */
  name(place: number): string {
    const id = this.#random.uuid();
    if (this.#items.get(place) !== undefined) this.#named.set(id, place);
    return id;
  }

  get(id: string): T | undefined {
    const place = this.#named.get(id);
    return place === undefined ? undefined : this.#items.get(place);
  }

  delete(place: number, id: string | undefined): void {
    this.#items.delete(place);
    if (id !== undefined) this.#named.delete(id);
  }

  /** What is there now; later changes do not show. */
  values(): readonly T[] {
    return [...this.#items.values()];
  }
}
