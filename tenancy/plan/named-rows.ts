interface Named {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

/** Rows of one account by name, by uuid and by id alike: a file of 10,000 trunks asks for each of them. */
export class NamedRows<T extends Named> {
  readonly #byName = new Map<string, T>();
  readonly #byUuid = new Map<string, T>();
  readonly #byId = new Map<number, T>();

  constructor(rows: readonly T[]) {
    for (const row of rows) this.put(row);
  }

  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  byUuid(uuid: string): T | undefined {
    return this.#byUuid.get(uuid);
  }

  byId(id: number): T | undefined {
    return this.#byId.get(id);
  }

  /** A row that is new, or has changed; under another name perhaps. */
  put(row: T): void {
    const before = this.#byId.get(row.id);
    if (before !== undefined && before.name !== row.name && this.#byName.get(before.name)?.id === row.id) {
      this.#byName.delete(before.name);
    }
    this.#byName.set(row.name, row);
    this.#byUuid.set(row.uuid, row);
    this.#byId.set(row.id, row);
  }

  remove(row: T): void {
    if (this.#byName.get(row.name)?.id === row.id) this.#byName.delete(row.name);
    this.#byUuid.delete(row.uuid);
    this.#byId.delete(row.id);
  }

  /** A copy: rows may go while it is walked. */
  values(): readonly T[] {
    return [...this.#byId.values()];
  }
}
