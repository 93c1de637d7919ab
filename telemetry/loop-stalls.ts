import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { LONG_STALL_MS, type LongStall, StallCauses } from './stall-causes.ts';

/** How often the loop is looked at (ms): what lasts longer than a stall that a peer can notice is seen. */
const PROBE_MS = 10;
/** The longest is told of the last minute, in slots of ten seconds: whoever scrapes more seldom than that misses it. */
const SLOT_MS = 10_000;
const SLOTS = 6;
/**
 * So many looks are counted together: by itself each finds prom-client out of the processor's caches, a hundred times a
 * second in a process that has nothing else to do.
 */
const TOGETHER = 256;

interface Slot {
  readonly number: number;
  longestMs: number;
}

/** How long a thread did nothing but one thing: SIP that arrived meanwhile waited so long. */
export class LoopStalls {
  readonly #all: Histogram;
  readonly #long: Counter;
  #slots: Slot[] = [];
  /** Seconds that are still to be counted. */
  #uncounted: number[] = [];

  constructor(registry: Registry, nowMs: () => number) {
    const registers = [registry];
    this.#all = new Histogram({
      name: 'didfarm_sip_loop_stall_seconds',
      help: 'How late the event loop of the SIP thread came round, looked at every 10 ms',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1],
      registers,
      collect: () => this.#count(),
    });
    this.#long = new Counter({
      name: 'didfarm_sip_long_stalls_total',
      help: 'Stalls of the SIP thread over 20 ms by cause: collection of garbage, work, processor (others had it)',
      labelNames: ['cause'],
      registers,
    });
    for (const cause of ['collection', 'work', 'processor']) this.#long.inc({ cause }, 0);
    const longest: Gauge = new Gauge({
      name: 'didfarm_sip_loop_stall_max_seconds',
      help: 'The longest of the last minute',
      aggregator: 'max',
      registers,
      collect: () => longest.set(this.longestMs(nowMs()) / 1000),
    });
  }

  /** The loop came round so much later than it was asked to. */
  observe(lateMs: number, nowMs: number): void {
    this.#uncounted.push(Math.max(0, lateMs) / 1000);
    if (this.#uncounted.length >= TOGETHER) this.#count();
    const number = Math.floor(nowMs / SLOT_MS);
    const slot = this.#slots.at(-1);
    if (slot?.number === number) slot.longestMs = Math.max(slot.longestMs, lateMs);
    else this.#slots = [...this.#slots.slice(1 - SLOTS), { number, longestMs: lateMs }];
  }

  #count(): void {
    for (const lateSec of this.#uncounted) this.#all.observe(lateSec);
    this.#uncounted = [];
  }

  /** Of the last minute (ms). */
  longestMs(nowMs: number): number {
    const first = Math.floor(nowMs / SLOT_MS) - SLOTS + 1;
    return Math.max(0, ...this.#slots.filter(({ number }) => number >= first).map(({ longestMs }) => longestMs));
  }

  /** Looks at the loop of this thread until the returned call, and tells of long stalls; keeps no process alive. */
  watch(nowMs: () => number, onLong: (stall: LongStall) => void = () => undefined): () => void {
    const causes = new StallCauses();
    const stopWatching = causes.watch();
    let dueMs = nowMs() + PROBE_MS;
    const timer = setInterval(() => {
      const now = nowMs();
      const cpuMs = causes.takeCpuMs();
      this.observe(now - dueMs, now);
      if (now - dueMs > LONG_STALL_MS) {
        void causes.explain({ startMs: dueMs, endMs: now }, cpuMs).then((stall) => {
          this.#long.inc({ cause: stall.cause });
          onLong(stall);
        });
      }
      dueMs = now + PROBE_MS;
    }, PROBE_MS).unref();
    return () => {
      clearInterval(timer);
      stopWatching();
    };
  }
}
