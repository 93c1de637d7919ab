/** Values by address and port, found without a text of the two being made. */
export class EndpointMap<V> {
  readonly #byAddress = new Map<string, Map<number, V>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(address: string, port: number): V | undefined {
    return this.#byAddress.get(address)?.get(port);
  }

  set(address: string, port: number, value: V): void {
    const byPort = this.#byAddress.get(address) ?? new Map<number, V>();
    if (!byPort.has(port)) this.#size++;
    byPort.set(port, value);
    this.#byAddress.set(address, byPort);
  }

  delete(address: string, port: number): void {
    const byPort = this.#byAddress.get(address);
    if (byPort?.delete(port) !== true) return;
    this.#size--;
    if (byPort.size === 0) this.#byAddress.delete(address);
  }

  clear(): void {
    this.#byAddress.clear();
    this.#size = 0;
  }

  *values(): Generator<V> {
    for (const byPort of this.#byAddress.values()) yield* byPort.values();
  }
}
