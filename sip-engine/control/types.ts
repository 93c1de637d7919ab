import type { Server } from 'node:net';
import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import type { TimerValues, TransactionLayer, TransactionUser } from '../transaction/types.ts';
import type { Flow, Target, TransportLayer } from '../transport/types.ts';
import type { EngineOptions } from '../types.ts';

/** Where a URI leads (RFC 3263), best first; `done` is called once, at once for literal addresses. */
export type ResolveTargets = (uri: string, done: (result: readonly Target[] | Error) => void) => void;

/** What the control layer is built from; the engine's composition passes it. */
export interface ControlDeps {
  readonly transactions: TransactionLayer;
  readonly transport: TransportLayer;
  readonly resolve: ResolveTargets;
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
}

/** The upper edge of the engine: dialogs, and the apps that own them. */
export interface TransactionUserOfApps extends TransactionUser {
  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server;
  listenControl(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
  }): Promise<{ readonly port: number }>;
  /** A connection ended: what was bound to it needs another way. */
  onFlowClosed(flow: Flow, reason: string): void;
  readonly dialogs: number;
  readonly apps: number;
  close(): Promise<void>;
}
