import type { Server } from 'node:net';
import type { JudgeTarget } from '../judge-targets.ts';
import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import type { TimerValues, TransactionLayer, TransactionUser } from '../transaction/types.ts';
import type { Flow, Target, TransportLayer } from '../transport/types.ts';
import type { EngineOptions } from '../types.ts';
import type { ControlListenOptions } from './control-listener.ts';
import type { Hub } from './hub.ts';
import type { LocalOwner } from './local-owner.ts';

/** Where a URI leads (RFC 3263), best first; `done` is called once, at once for literal addresses. */
export type ResolveTargets = (uri: string, done: (result: readonly Target[] | Error) => void) => void;

/** What the control layer is built from; the engine's composition passes it. */
export interface ControlDeps {
  readonly transactions: TransactionLayer;
  readonly transport: TransportLayer;
  readonly resolve: ResolveTargets;
  /** `undefined`: every target may be reached. */
  readonly judge: JudgeTarget | undefined;
  readonly wheel: TimingWheel;
  readonly timers: TimerValues;
  readonly ports: EnginePorts;
  readonly options: EngineOptions;
}

/** The upper edge of the engine: dialogs, and the apps that own them. */
export interface TransactionUserOfApps extends TransactionUser {
  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server;
  /** An owner inside the process, for new requests of those methods. */
  attachLocal<T extends LocalOwner>(methods: readonly string[], create: (hub: Hub) => T): T;
  listenControl(options: ControlListenOptions): Promise<{ readonly port: number }>;
  /** A connection ended: what was bound to it needs another way. */
  onFlowClosed(flow: Flow, reason: string): void;
  readonly dialogs: number;
  readonly apps: number;
  /** Verbs that some app has asked for. */
  readonly routes: number;
  close(): Promise<void>;
}

/** A `proxy` command, read: what to add and where to send the request that waits under the transaction id. */
export interface ProxyCommand {
  readonly remainInDialog: boolean;
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
  /** 0 = none. */
  readonly provisionalTimeoutMs: number;
  readonly finalTimeoutMs: number;
  readonly targets: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
}
