import type { Flow, TransportEvents } from '../transport/types.ts';

/** What the engine hears from a transport that shares its ports with others. */
export interface WorkerEvents extends TransportEvents {
  /** Asked before a message of another worker is handed over; `false` when it has been dropped or answered. */
  mayHandOver(bytes: Buffer, flow: Flow): boolean;
  /** Whether a call to that Request-URI is one for help, which is not kept back for others. */
  isUrgent(uri: string): boolean;
}
