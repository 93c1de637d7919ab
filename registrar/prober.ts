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
  /** 0: bindings are probed only when there is a doubt. */
  readonly intervalSec: number;
}

/** Without an answer for that long a probe has failed: UDP was tried four times. */
const PROBE_TIMEOUT_MS = 4000;
/** After a miss the next probe follows at once, give or take. */
const RETRY_MS = 2000;
/** RFC 3261 has no number for this; three make a lost packet harmless. */
const MISSES_TO_JUDGE = 3;
/** Restored bindings are asked at this pace. */
export const CONFIRMATIONS_PER_SEC = 2000;

/**
 * OPTIONS through each binding's own flow. Any response means alive; silence means dead only for a binding that has
 * answered since it registered, after three misses; one that never answered is `unprobeable` and judged by its calls.
 */
export class Prober {
  readonly #options: ProberOptions;
  readonly #due = new SecondBuckets<Binding>();

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

  /** Sends what is due. */
  tick(nowMs: number): void {
    this.#due.drain(nowMs, (binding, second) => {
      if (!binding.isGone && binding.probeSecond === second) this.probe(binding);
    });
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
