import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { collectProcessMetrics } from './process-metrics.ts';

/** Metrics of the main thread, and the page that Prometheus gets: ours and those of the SIP threads, summed. */
export class MainMetrics {
  readonly #registry = new Registry();
  readonly #lost: Counter;
  readonly #batches: Counter;

  constructor() {
    collectProcessMetrics(this.#registry, 'didfarm_');
    const registers = [this.#registry];
    this.#lost = new Counter({
      name: 'didfarm_bus_events_lost_total',
      help: 'Events of SIP threads that were dropped because their queue was full',
      registers,
    });
    this.#batches = new Counter({
      name: 'didfarm_bus_events_total',
      help: 'Events taken from SIP threads',
      registers,
    });
  }

  countEvents(count: number): void {
    this.#batches.inc(count);
  }

  countLost(count: number): void {
    this.#lost.inc(count);
  }

  /** Text in Prometheus' exposition format. `sipThreads` is what each thread's `SipMetrics.collect` gave. */
  async render(sipThreads: readonly object[][]): Promise<string> {
    const ours = await this.#registry.metrics();
    const theirs = AggregatorRegistry.aggregate([...sipThreads]);
    return `${ours}\n${await theirs.metrics()}`;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }
}
