import { Corpus } from './corpus.ts';
import { EngineTarget } from './engine-target.ts';
import { heapAfterCollection } from './heap.ts';
import { mutate } from './mutate.ts';
import { checkParser } from './parse-target.ts';
import { randomOf } from './random.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** Messages to send at most. */
  readonly messages: number;
  /** Stops after so many seconds. @default no limit */
  readonly seconds?: number;
  /** Only the parser, or the parser and a live engine. @default 'engine' */
  readonly target?: 'parser' | 'engine';
  /** Called now and then with the number of messages so far. */
  readonly onProgress?: (count: number) => void;
}

export interface FuzzReport {
  readonly messages: number;
  /** Messages by what the parser made of them: `accepted`, or the fault's code. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Messages that the engine took off its sockets, and that it sent. */
  readonly taken: number;
  readonly received: number;
  /** What came back, by status or method. */
  readonly seen: Readonly<Record<string, number>>;
  /** Heap in use after collection at the end, as a multiple of that after the first round. */
  readonly heapRatio: number;
  /** What went wrong; empty in a good run. */
  readonly faults: readonly string[];
}

const PROGRESS_EVERY = 20_000;
const MAX_FAULTS = 10;
/** A round ends with all calls over, so that the heap is compared like with like; it takes about a second. */
const MAX_ROUNDS = 10;
const MESSAGES_PER_ROUND = 2_000;
const MAX_HEAP_GROWTH = 1.1;
/** Below this the heap's own housekeeping (compiled code, caches) is all that is seen. */
const HEAP_NOISE_BYTES = 4 << 20;
const STREAM_SHARE = 0.1;

/** Sends mutated traffic until the count or the time is up; the same seed sends the same bytes. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const run = new FuzzRun(options);
  const onStray = (error: unknown): void => run.fault('outside of any call', error);
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  try {
    return await run.go();
  } finally {
    process.off('uncaughtException', onStray);
    process.off('unhandledRejection', onStray);
  }
}

class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #corpus = new Corpus();
  readonly #outcomes: Record<string, number> = {};
  readonly #faults: string[] = [];
  readonly #endMs: number;
  #count = 0;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#endMs = options.seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + options.seconds * 1000;
  }

  async go(): Promise<FuzzReport> {
    const { seed, messages, target = 'engine' } = this.#options;
    const engine = target === 'engine' ? await EngineTarget.start(randomOf(seed, -1)) : undefined;
    const rounds = Math.min(Math.max(Math.floor(messages / MESSAGES_PER_ROUND), 2), MAX_ROUNDS);
    let firstHeap = 0;
    let lastHeap = 0;
    for (let round = 1; round <= rounds && this.#goesOn(); round++) {
      await this.#sendUntil(Math.ceil((messages * round) / rounds), this.#roundEndMs(round / rounds), engine);
      const left = await engine?.settle();
      if (left !== undefined) this.fault('after a round', left);
      lastHeap = heapAfterCollection();
      if (round === 1) firstHeap = lastHeap;
    }
    const heapRatio = firstHeap === 0 ? 1 : lastHeap / firstHeap;
    if (heapRatio > MAX_HEAP_GROWTH && lastHeap - firstHeap > HEAP_NOISE_BYTES)
      this.fault('at the end', `the heap has grown to ${heapRatio.toFixed(3)} of its size`);
    for (const error of engine?.errors ?? []) this.fault('logged by the engine', error);
    const { taken, received } = engine?.counts ?? { taken: 0, received: 0 };
    const seen = engine?.seen ?? {};
    await engine?.close();
    return { messages: this.#count, outcomes: this.#outcomes, taken, received, seen, heapRatio, faults: this.#faults };
  }

  fault(where: string, error: unknown): void {
    if (this.#faults.length >= MAX_FAULTS) return;
    const text =
      error instanceof Error
        ? `${error.stack}${error.cause instanceof Error ? `\n${error.cause.stack}` : ''}`
        : String(error);
    this.#faults.push(`${where} (about message ${this.#count}): ${text}`);
  }

  #goesOn(): boolean {
    return this.#faults.length < MAX_FAULTS && performance.now() < this.#endMs;
  }

  #roundEndMs(share: number): number {
    const { seconds } = this.#options;
    return seconds === undefined ? Number.POSITIVE_INFINITY : this.#endMs - seconds * 1000 * (1 - share);
  }

  async #sendUntil(count: number, endMs: number, engine: EngineTarget | undefined): Promise<void> {
    while (this.#count < count && performance.now() < endMs && this.#faults.length < MAX_FAULTS) {
      const random = randomOf(this.#options.seed, this.#count);
      const bytes = Buffer.from(mutate(this.#corpus.pick(random), random), 'latin1');
      this.#count++;
      this.#parse(bytes);
      await engine?.feed(bytes, random.chance(STREAM_SHARE));
      if (this.#count % PROGRESS_EVERY === 0) this.#options.onProgress?.(this.#count);
    }
  }

  #parse(bytes: Buffer): void {
    try {
      const outcome = checkParser(bytes);
      this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
    } catch (error) {
      this.fault(`parser, message ${bytes.toString('base64')}`, error);
    }
  }
}
