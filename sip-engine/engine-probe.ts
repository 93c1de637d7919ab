import { isSafeUri, isSafeValue } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { SlotTable } from './slot-table.ts';
import type { Timer, TimingWheel } from './timer/index.ts';
import type { TimerValues } from './transaction/index.ts';
import type { Flow, TransportLayer } from './transport/index.ts';
import type { EngineProbe, ProbeResult } from './types.ts';

export interface ProbeDeps {
  readonly transport: Pick<TransportLayer, 'findFlow' | 'listenPointOf'>;
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  /** `User-Agent` of probes. */
  readonly agent: string | undefined;
}

interface Probe {
  readonly id: number;
  readonly flow: Flow;
  readonly bytes: Buffer;
  readonly startedMs: number;
  readonly deadlineMs: number;
  readonly done: (result: ProbeResult) => void;
  /** Pause before the next copy: timer E of RFC 3261 section 17.1.2.2. */
  pauseMs: number;
  dueMs: number;
}

/** How often what is unanswered is looked at (ms): copies and the end come so much later than told. */
const SWEEP_MS = 100;
/** Where the branch of a response is looked for: an answer's first Via, which we wrote, stands at its beginning. */
const HEAD_BYTES = 512;
/** The S of SIP/2.0, which has no case (RFC 3261 7.1). */
const RESPONSE = 0x73;
const LOWER_CASE = 0x20;

/**
 * OPTIONS over known flows, thousands a second. A transaction keeps each request for seconds after its answer and runs
 * three timers; here an answered probe is forgotten at once (a second answer means nothing) and one timer serves all.
 */
export class ProbeLane {
  readonly #deps: ProbeDeps;
  readonly #pending = new SlotTable<Probe>();
  /** Not to be guessed, so that nobody answers for a PBX off the path. */
  readonly #branch: string;
  readonly #tag: string;
  #sweep: Timer | undefined;

  constructor(deps: ProbeDeps) {
    this.#deps = deps;
    // RFC 3261 section 8.1.1.7: the magic cookie; then what tells these branches from all others.
    this.#branch = `z9hG4bKprobe${deps.ports.random.hex(12)}.`;
    this.#tag = deps.ports.random.hex(12);
  }

  get pending(): number {
    return this.#pending.size;
  }

  send(probe: EngineProbe, done: (result: ProbeResult) => void): void {
    const flow = this.#deps.transport.findFlow(probe.flowId);
    const { route = '' } = probe;
    if (flow === undefined || flow.closed) done({ kind: 'failed', reason: 'flow_closed' });
    else if (!isSafeUri(probe.uri) || !isSafeValue(route)) done({ kind: 'failed', reason: 'unsafe_text' });
    else this.#start(probe, route, flow, done);
  }

  /** Whether the bytes were the answer to a probe of ours; provisional ones are taken and mean nothing yet. */
  take(bytes: Buffer, flow: Flow): boolean {
    if (((bytes[0] ?? 0) | LOWER_CASE) !== RESPONSE || this.#pending.size === 0) return false;
    const head = bytes.toString('latin1', 0, HEAD_BYTES);
    const at = head.indexOf(this.#branch);
    if (at === -1) return false;
    const idAt = at + this.#branch.length;
    const probe = this.#pending.get(Number.parseInt(head.slice(idAt, idAt + 12), 36));
    const status = Number(head.slice(8, 11));
    if (probe === undefined || !(status >= 200 && status <= 699)) return true;
    // Another peer knows the shape of our branches from its own probes.
    if (flow.remoteAddress !== probe.flow.remoteAddress) return false;
    this.#end(probe, { kind: 'response', status, rttMs: this.#deps.ports.clock.nowMs() - probe.startedMs });
    return true;
  }

  /** Who waits for an answer over a connection that has ended hears so at once. */
  flowClosed(flow: Flow): void {
    if (flow.transport === 'udp') return;
    for (const probe of [...this.#pending.values()]) {
      if (probe.flow === flow) this.#end(probe, { kind: 'failed', reason: 'flow_closed' });
    }
  }

  close(): void {
    this.#sweep?.cancel();
    for (const probe of [...this.#pending.values()]) this.#end(probe, { kind: 'failed', reason: 'engine_closed' });
  }

  #start(probe: EngineProbe, route: string, flow: Flow, done: Probe['done']): void {
    const startedMs = this.#deps.ports.clock.nowMs();
    const { t1Ms } = this.#deps.timers;
    const deadlineMs = startedMs + probe.timeoutMs;
    const { id, bytes } = this.#pending.add((own) => ({
      id: own,
      flow,
      bytes: Buffer.from(this.#render(own, probe.uri, route, flow)),
      startedMs,
      deadlineMs,
      done,
      pauseMs: t1Ms,
      dueMs: startedMs + t1Ms,
    }));
    this.#sweep ??= this.#deps.wheel.after(SWEEP_MS, () => this.#sweepPending());
    this.#transmit(id, flow, bytes);
  }

  /** RFC 3261 section 8.1.1, nothing more: From is our own address on that flow, To the Contact. */
  #render(id: number, uri: string, route: string, flow: Flow): string {
    const { host, port } = this.#deps.transport.listenPointOf(flow).advertisedFor(flow.remoteAddress);
    const { agent } = this.#deps;
    const number = id.toString(36);
    return (
      `OPTIONS ${uri} SIP/2.0\r\n` +
      `Via: SIP/2.0/${flow.transport.toUpperCase()} ${host}:${port};rport;branch=${this.#branch}${number}\r\n` +
      (route === '' ? '' : `Route: ${route}\r\n`) +
      `Max-Forwards: 70\r\nFrom: <sip:${host}:${port}>;tag=${this.#tag}\r\nTo: <${uri}>\r\n` +
      `Call-ID: ${number}.${this.#tag}\r\nCSeq: 1 OPTIONS\r\n` +
      (agent === undefined ? '' : `User-Agent: ${agent}\r\n`) +
      'Content-Length: 0\r\n\r\n'
    );
  }

  #transmit(id: number, flow: Flow, bytes: Buffer): void {
    // A socket of its own for each peer, to hear of closed ports, would be dear; its silence says the same.
    if (flow.transport === 'udp') flow.send(bytes);
    else flow.send(bytes, (error) => this.#failed(id, error.message));
  }

  #failed(id: number, reason: string): void {
    const probe = this.#pending.get(id);
    if (probe !== undefined) this.#end(probe, { kind: 'failed', reason });
  }

  #sweepPending(): void {
    const now = this.#deps.ports.clock.nowMs();
    for (const probe of this.#pending.values()) {
      if (now >= probe.deadlineMs) {
        this.#deps.ports.counters.count('timeouts');
        this.#end(probe, { kind: 'timeout' });
      } else if (!probe.flow.reliable && now >= probe.dueMs) this.#repeat(probe, now);
    }
    this.#sweep = this.#pending.size === 0 ? undefined : this.#deps.wheel.after(SWEEP_MS, () => this.#sweepPending());
  }

  #repeat(probe: Probe, nowMs: number): void {
    probe.pauseMs = Math.min(this.#deps.timers.t2Ms, probe.pauseMs * 2);
    probe.dueMs = nowMs + probe.pauseMs;
    this.#deps.ports.counters.count('retransmissions_out');
    this.#transmit(probe.id, probe.flow, probe.bytes);
  }

  #end(probe: Probe, result: ProbeResult): void {
    if (!this.#pending.delete(probe.id)) return;
    try {
      probe.done(result);
    } catch (error) {
      this.#deps.ports.logger.error({ err: error }, 'a probe callback threw');
    }
  }
}
