import type { ListeningAddress } from '../../bus/index.ts';
import type { EngineStats } from '../../sip-engine/index.ts';

/**
 * The SIP engine as the worker sees it: the embedded one, or a drachtio-server. What the second cannot do
 * is missing (docs/engine.md says what each absence costs).
 */
export interface Signalling {
  /** Binds or connects; the addresses that SIP is served on. */
  start(): Promise<readonly ListeningAddress[]>;
  readonly stats: EngineStats;
  close(): Promise<void>;
}
