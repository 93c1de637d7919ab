import { once } from 'node:events';
import type { Server } from 'node:net';
import Srf from 'drachtio-srf';
import type { Test } from 'tap';
import type { SrfDialog, SrfHeaders, SrfPort, SrfRequest, SrfResponse } from './srf-adapter.ts';

/** The engine under the stage, as much of it as a test needs; the caller passes the real module. */
export interface StageEngine {
  start(): Promise<readonly { readonly port: number }[]>;
  attachCalls(onInvite: InviteHandler): UaSrf;
  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server;
  readonly stats: { readonly dialogs: number };
  close(): Promise<void>;
}

/** Builds an engine for UDP on a free port of that address; the test passes the real one. */
export type CreateStageEngine = (host: string) => StageEngine;

/** What tests drive an endpoint with: in them a promise is as good. */
export interface UaSrf extends SrfPort {
  createUAS(...answer: Parameters<SrfPort['createUAS']>): unknown;
  createUAS(
    req: SrfRequest,
    res: SrfResponse,
    options: { readonly localSdp: string; readonly headers: SrfHeaders },
  ): Promise<SrfDialog>;
}

export type InviteHandler = (req: SrfRequest, res: SrfResponse) => void;

/** A SIP endpoint for tests: an engine of its own on one loopback address, driven by drachtio-srf. */
export interface Ua {
  readonly host: string;
  readonly port: number;
  readonly engine: StageEngine;
  readonly srf: UaSrf;
  /** Replaces what happens to INVITEs that arrive there. */
  onInvite(handler: InviteHandler): void;
}

/** The product's own end: straight on its engine, or through srf where the run asks for that. */
export async function startOurs(t: Test, createEngine: CreateStageEngine, host: string): Promise<Ua> {
  if (process.env.ROUTING_BINDING === 'srf') return startUa(t, createEngine, host);
  const engine = createEngine(host);
  const [point] = await engine.start();
  t.teardown(() => engine.close());
  let handle: InviteHandler = (_req, res) => res.send(500, undefined, {});
  const srf = engine.attachCalls((req, res) => handle(req, res));
  const onInvite = (handler: InviteHandler) => {
    handle = handler;
  };
  return { host, port: point?.port ?? 0, engine, srf, onInvite };
}

export async function startUa(t: Test, createEngine: CreateStageEngine, host: string): Promise<Ua> {
  const engine = createEngine(host);
  const [point] = await engine.start();
  const srf = new Srf();
  const server = engine.attachApp({ secret: 'test', methods: ['invite'] });
  const connected = once(srf, 'connect');
  void srf.listen({ server, secret: 'test' } as never);
  await connected;
  t.teardown(() => engine.close());
  let handle: InviteHandler = (_req, res) => res.send(500, undefined, {});
  (srf as unknown as { invite(handler: InviteHandler): void }).invite((req, res) => handle(req, res));
  const onInvite = (handler: InviteHandler) => {
    handle = handler;
  };
  return { host, port: point?.port ?? 0, engine, srf: srf as unknown as UaSrf, onInvite };
}
