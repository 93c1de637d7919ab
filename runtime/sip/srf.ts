import type { Server } from 'node:net';
import Srf from 'drachtio-srf';
import type { DrachtioRequest, DrachtioResponse } from '../../registrar/index.ts';
import type { CallRouter, SrfPort, SrfRequests } from '../../routing/index.ts';

type Invite = CallRouter['handleInvite'];

/** The part of drachtio-srf that the worker drives; the library's own declarations leave out half of it. */
export interface SignallingApp extends SrfPort, SrfRequests {
  invite(handler: Invite): void;
  register(handler: (req: DrachtioRequest, res: DrachtioResponse) => void): void;
  options(handler: (req: DrachtioRequest, res: DrachtioResponse) => void): void;
  message(handler: (req: DrachtioRequest & { readonly body?: string }, res: DrachtioResponse) => void): void;
  listen(options: { readonly server: Server; readonly secret: string }): void;
  connect(options: { readonly host: string; readonly port: number; readonly secret: string }): void;
  disconnect(): void;
  on(event: 'connect', listener: (error: Error | null, hostports: string) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  removeAllListeners(event: string): void;
}

/** A new drachtio app, not yet connected to any engine. */
export function createSignallingApp(): SignallingApp {
  return new Srf() as unknown as SignallingApp;
}
