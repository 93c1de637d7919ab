import type { Binding } from './binding.ts';
import { SecondBuckets } from './second-buckets.ts';

/** One OPTIONS to a PBX; the shape of `EngineRequest`. */
export interface ProbeRequest {
  readonly method: string;
  readonly uri: string;
  readonly flowId?: string;
  readonly routeUri?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly timeoutMs?: number;
}

/** The shape of `EngineResult`. */
export type ProbeResult =
  | { readonly kind: 'response'; readonly status: number; readonly rttMs: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly reason: string };

export type SendProbe = (request: ProbeRequest, done: (result: ProbeResult) => void) => void;

/** Where the outcome of probes goes. */
export interface ProbedStore {
  update(binding: Binding, change: (binding: Binding) => void): void;
  silence(binding: Binding): void;
  persist(binding: Binding): void;
}

export interface ProberOptions {
  readonly store: ProbedStore;
  readonly nowMs: () => number;
  /** A float in [0, 1), to spread probes. */
  readonly random: () => number;
  readonly send: SendProbe;
  /** Runs it after so many milliseconds; without it what is due in a second is sent in one go. */
  readonly later?: ((delayMs: number, run: () => void) => void) | undefined;
  /** 0: bindings are probed only when there is a doubt. */
  readonly intervalSec: number;
}

/** Without an answer for that long a probe has failed: UDP was tried four times. */
const PROBE_TIMEOUT_MS = 4000;
/** After a miss the next probe follows at once, give or take. */
const RETRY_MS = 2000;
/** RFC 3261 has no number for this; three make a lost packet harmless. */
const MISSES_TO_JUDGE = 3;
/** What is due in a second is sent in slices that far apart (ms), together over most of that second, and of so many at least. */
const SLICE_MS = 20;
const SLICES = 45;
const LEAST_SLICE = 8;
/** Restored bindings are asked at this pace. */
export const CONFIRMATIONS_PER_SEC = 2000;

/**
 * OPTIONS through each binding's own flow. Any response means alive; silence means dead only for a binding that has
 * answered since it registered, after three misses; one that never answered is `unprobeable` and judged by its calls.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #due = new SecondBuckets<Binding>();
  /** Due, and not sent yet; the last second that is among them. */
  #queue: Binding[] = [];
  #queuedSecond = 0;
  #isPacing = false;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Starts the regular probing of a new binding, its first probe within seconds, spread by jitter. */
  start(binding: Binding): void {
    if (this.#options.intervalSec <= 0) return;
    const spreadMs = Math.min(this.#options.intervalSec * 1000, 10_000);
    this.#schedule(binding, 1000 + this.#options.random() * spreadMs);
  }

  /** Asks restored bindings whether they are still there, as fast as the number allows. */
  confirm(bindings: readonly Binding[]): void {
    const spreadMs = (bindings.length / CONFIRMATIONS_PER_SEC) * 1000;
    for (const binding of bindings) this.#schedule(binding, this.#options.random() * spreadMs);
  }

  /**
   * Sends what is due, by and by: thousands in one go hold SIP up for their time, and all of them under way at once, as
   * they are then when the young are collected, grow old together with their datagrams.
   */
  tick(nowMs: number): void {
    this.#due.drain(nowMs, (binding, second) => {
      if (binding.isGone || binding.probeSecond !== second) return;
      this.#queue.push(binding);
      this.#queuedSecond = second;
    });
    if (!this.#isPacing) this.#sendSome(this.#sliceSize());
  }

  /** Probes now; `judge` decides instead of the usual rules when given. */
  probe(binding: Binding, judge?: (answered: boolean) => void): void {
    if (binding.isProbing && judge === undefined) return;
    binding.isProbing = true;
    const { order } = binding;
    this.#options.send(probeRequest(binding), (result) => {
      binding.isProbing = false;
      const answered = result.kind === 'response';
      // The flow before the PBX moved says nothing of the new one.
      const isCurrent = !binding.isGone && binding.order === order;
      if (answered && isCurrent) this.#heard(binding, result.rttMs);
      if (judge !== undefined) judge(answered);
      else if (!answered && isCurrent) this.#missed(binding);
      if (!binding.isGone && this.#options.intervalSec > 0) this.#schedule(binding, this.#pauseMs(binding));
    });
  }

  #sliceSize(): number {
    if (this.#options.later === undefined) return this.#queue.length;
    return Math.max(LEAST_SLICE, Math.ceil(this.#queue.length / SLICES));
  }

  #sendSome(count: number): void {
    this.#isPacing = false;
    if (this.#queue.length === 0) return;
    const due = this.#queue.splice(0, count);
    if (this.#queue.length > 0) {
      this.#isPacing = true;
      // A slice stays as large as it is until all have gone, and grows with what has come in the meantime.
      this.#options.later?.(SLICE_MS, () => this.#sendSome(Math.max(count, this.#sliceSize())));
    }
    for (const binding of due) {
      // In the meantime somebody else may have asked it.
      if (!binding.isGone && binding.probeSecond <= this.#queuedSecond) this.probe(binding);
    }
  }

  #heard(binding: Binding, rttMs: number): void {
    binding.misses = 0;
    binding.rttMs = rttMs;
    if (binding.liveness === 'alive') return;
    const wasSilent = binding.liveness === 'silent';
    this.#options.store.update(binding, (changed) => {
      changed.liveness = 'alive';
    });
    if (wasSilent) this.#options.store.persist(binding);
  }

  #missed(binding: Binding): void {
    binding.misses += 1;
    if (binding.misses < MISSES_TO_JUDGE) return;
    if (binding.liveness === 'alive') this.#options.store.silence(binding);
    else if (binding.liveness === 'fresh' || binding.liveness === 'unconfirmed') binding.liveness = 'unprobeable';
  }

  #pauseMs(binding: Binding): number {
    if (binding.misses > 0 && binding.misses < MISSES_TO_JUDGE) return RETRY_MS * (0.5 + this.#options.random());
    return this.#options.intervalSec * 1000 * (0.8 + 0.4 * this.#options.random());
  }

  #schedule(binding: Binding, delayMs: number): void {
    binding.probeSecond = this.#due.put(binding, this.#options.nowMs() + delayMs);
  }
}

function probeRequest(binding: Binding): ProbeRequest {
  const base = { method: 'OPTIONS', uri: binding.contact, timeoutMs: PROBE_TIMEOUT_MS };
  const headers: readonly (readonly [string, string])[] =
    binding.path.length === 0 ? [] : [['Route', binding.path.join(', ')]];
  if (binding.flowId !== '') return { ...base, headers, flowId: binding.flowId };
  // A datagram finds its way back by its source; a closed connection is opened anew to where the Contact is.
  return binding.sourceAddress === '' ? { ...base, headers } : { ...base, headers, routeUri: sourceUri(binding) };
}

function sourceUri(binding: Binding): string {
  const host = binding.sourceAddress.includes(':') ? `[${binding.sourceAddress}]` : binding.sourceAddress;
  return `sip:${host}:${binding.sourcePort};transport=${binding.transport}`;
}
