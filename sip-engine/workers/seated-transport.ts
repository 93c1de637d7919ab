import type { Flow, TransportLayer } from '../transport/types.ts';

/** The transport of an engine that may share its ports with others. */
export interface SeatedTransport extends TransportLayer {
  /** Gives a call to home, with all that comes by its Call-ID from now on; absent where home itself is. */
  giveHome?(callId: string, bytes: Buffer, flow: Flow): void;
}
