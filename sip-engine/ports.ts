/**
 * What the engine needs from the outside, as the least shape that does: the composition root passes
 * real ones in, tests pass fakes. The engine imports nothing else of the project.
 */

/** Stops what it was returned for; calling it twice is harmless. */
export type Stop = () => void;

export interface EngineClock {
  /** Monotonic milliseconds, for intervals. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, for what people read. */
  wallMs(): number;
  /** Calls `tick` about every `intervalMs` until stopped. The timing wheel is the only user. */
  every(intervalMs: number, tick: () => void): Stop;
}

/** Counters by closed-set labels; the composition root maps them to Prometheus. */
export interface EngineCounters {
  count(name: EngineCounter, label?: string): void;
}

export type EngineCounter =
  | 'messages_in'
  | 'messages_out'
  | 'parse_errors'
  | 'dropped'
  | 'keepalives_in'
  | 'udp_oversize'
  | 'framing_errors'
  | 'retransmissions_in'
  | 'retransmissions_out'
  | 'transport_errors'
  | 'connections_refused'
  | 'connections_closed'
  | 'timeouts'
  | 'cancels_unmatched';

export interface EngineLogger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Randomness for branches, tags and Call-IDs; injected so that a failing test can be replayed. */
export interface EngineRandom {
  /** Lower-case hexadecimal text of `length` characters. */
  hex(length: number): string;
  uuid(): string;
  /** A float in [0, 1). */
  float(): number;
}

export interface EnginePorts {
  readonly clock: EngineClock;
  readonly counters: EngineCounters;
  readonly logger: EngineLogger;
  readonly random: EngineRandom;
}
