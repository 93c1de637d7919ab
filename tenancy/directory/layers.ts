import type { RecordChanges } from '../../bus/index.ts';

interface Identified {
  readonly id: number;
}

interface RecordIndex<T extends Identified> {
  readonly size: number;
  has(id: number): boolean;
  get(id: number): T | undefined;
  values(): IterableIterator<T>;
  set(record: T): void;
  /** The same for one of many, where that is another thing. */
  pack?(record: T): void;
  delete(id: number): void;
}

/** What one step of the directory changes in an index: it speaks for the ids that it touches. */
class Layer<T extends Identified, I extends RecordIndex<T>> {
  readonly index: I;
  readonly #touched = new Set<number>();
  readonly #upserts: T[] = [];
  readonly #deletes: number[] = [];
  #moved = 0;

  constructor(index: I) {
    this.index = index;
  }

  put(record: T): void {
    this.#touched.add(record.id);
    this.#upserts.push(record);
    this.index.set(record);
  }

  remove(id: number): void {
    this.#touched.add(id);
    this.#deletes.push(id);
    this.index.delete(id);
  }

  touches(id: number): boolean {
    return this.#touched.has(id);
  }

  /** How many more records there are with it than in the base alone. */
  growthOver(base: I): number {
    let growth = 0;
    for (const id of this.#touched) {
      growth += Number(this.index.has(id)) - Number(base.has(id));
    }
    return growth;
  }

  /** Moves the next so many into the base, where they say the same; `undefined` when all are there. */
  moveInto(base: I, limit: number): RecordChanges<T> | undefined {
    const from = this.#moved;
    const all = this.#upserts.length + this.#deletes.length;
    if (from >= all) return undefined;
    this.#moved = Math.min(from + limit, all);
    const place = (at: number) => Math.max(0, at - this.#upserts.length);
    const upserts = this.#upserts.slice(from, this.#moved);
    const deletes = this.#deletes.slice(place(from), place(this.#moved));
    for (const record of upserts) (base.pack ?? base.set).call(base, record);
    for (const id of deletes) base.delete(id);
    return { upserts, deletes };
  }
}

/**
 * An index that takes a large step without a pause and without half of it ever being seen: its parts are staged
 * beside the index, shown all at once, then moved into it by and by. Readers ask the layer that is shown first.
 */
export class Layers<T extends Identified, I extends RecordIndex<T>> {
  readonly base: I;
  readonly #makeIndex: () => I;
  #staged: Layer<T, I> | undefined;
  #shown: Layer<T, I> | undefined;
  #size: number | undefined;

  constructor(makeIndex: () => I) {
    this.#makeIndex = makeIndex;
    this.base = makeIndex();
  }

  get size(): number {
    return this.#size ?? this.base.size;
  }

  /** Asked before the base; `undefined` most of the time. */
  get shown(): I | undefined {
    return this.#shown?.index;
  }

  /** What the base says, unless the layer that is shown has another word on it. */
  unlessTouched<R extends T>(record: R | undefined): R | undefined {
    return record === undefined || this.#shown?.touches(record.id) === true ? undefined : record;
  }

  get(id: number): T | undefined {
    if (this.#shown === undefined) return this.base.get(id);
    return this.#shown.touches(id) ? this.#shown.index.get(id) : this.base.get(id);
  }

  *values(): IterableIterator<T> {
    for (const record of this.base.values()) if (this.unlessTouched(record) !== undefined) yield record;
    if (this.#shown !== undefined) yield* this.#shown.index.values();
  }

  /** The next step's; seen by nobody yet. */
  stage(records: readonly T[]): void {
    this.#staged ??= new Layer(this.#makeIndex());
    for (const record of records) this.#staged.put(record);
  }

  /** From now on what was staged is what there is, and these are gone. */
  show(deletes: readonly number[]): void {
    const layer = this.#staged ?? new Layer<T, I>(this.#makeIndex());
    for (const id of deletes) layer.remove(id);
    this.#size = this.base.size + layer.growthOver(this.base);
    this.#shown = layer;
    this.#staged = undefined;
  }

  /** Moves the next so many of what is shown into the base; nothing that is read changes. */
  settle(limit: number): RecordChanges<T> | undefined {
    const moved = this.#shown?.moveInto(this.base, limit);
    if (moved === undefined) {
      this.#shown = undefined;
      this.#size = undefined;
    }
    return moved;
  }
}
