/** This many attempts in a row without any response open the circuit. */
const FAILURES = 3;
/** How long an open gateway is put behind the others (ms); after that the next call tries it again. */
const OPEN_MS = 30_000;

/** One gateway by its key, and whether anything came back from it. */
export type GatewayNews = (key: string, hasResponded: boolean) => void;

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
  readonly #tell: GatewayNews;

  /** @param tell hears of what may change a state, for other threads @default nobody does */
  constructor(now: () => number, tell: GatewayNews = () => undefined) {
    this.#now = now;
    this.#tell = tell;
  }

  isOpen(key: string): boolean {
    const health = this.#health.get(key);
    return health !== undefined && health.failures >= FAILURES && this.#now() < health.openUntilMs;
  }

  /** Nothing came back. */
  failed(key: string): void {
    this.#tell(key, false);
    this.hear(key, false);
  }

  /** Any response shows that it lives. */
  responded(key: string): void {
    if (this.#health.has(key) || !this.#answered.has(key)) this.#tell(key, true);
    this.hear(key, true);
  }

  /** What another thread has found out, or this one. */
  hear(key: string, hasResponded: boolean): void {
    if (hasResponded) {
      this.#health.delete(key);
      this.#answered.add(key);
      return;
    }
    const failures = (this.#health.get(key)?.failures ?? 0) + 1;
    this.#health.set(key, { failures, openUntilMs: this.#now() + OPEN_MS });
  }

  /** `down` until it answers again, however long; `undefined` while nothing has shown either. */
  stateOf(key: string): 'up' | 'down' | undefined {
    const { failures = 0 } = this.#health.get(key) ?? {};
    if (failures >= FAILURES) return 'down';
    return failures === 0 && this.#answered.has(key) ? 'up' : undefined;
  }
}
