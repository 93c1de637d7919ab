/** This many attempts in a row without any response open the circuit. */
const FAILURES = 3;
/** How long an open gateway is put behind the others (ms); after that the next call tries it again. */
const OPEN_MS = 30_000;

interface Health {
  failures: number;
  openUntilMs: number;
}

/**
 * A circuit breaker per gateway, fed by calls: one that is silent or cannot be reached is tried last for a
 * while, so that callers do not wait for it. It is never left out, since it may be the only one.
 */
export class GatewayHealth {
  readonly #now: () => number;
  readonly #health = new Map<string, Health>();
  readonly #answered = new Set<string>();

  constructor(now: () => number) {
    this.#now = now;
  }

  isOpen(key: string): boolean {
    const health = this.#health.get(key);
    return health !== undefined && health.failures >= FAILURES && this.#now() < health.openUntilMs;
  }

  /** Nothing came back. */
  failed(key: string): void {
    const failures = (this.#health.get(key)?.failures ?? 0) + 1;
    this.#health.set(key, { failures, openUntilMs: this.#now() + OPEN_MS });
  }

  /** Any response shows that it lives. */
  responded(key: string): void {
    this.#health.delete(key);
    this.#answered.add(key);
  }

  /** `down` until it answers again, however long; `undefined` while nothing has shown either. */
  stateOf(key: string): 'up' | 'down' | undefined {
    const { failures = 0 } = this.#health.get(key) ?? {};
    if (failures >= FAILURES) return 'down';
    return failures === 0 && this.#answered.has(key) ? 'up' : undefined;
  }
}
