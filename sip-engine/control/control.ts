import type { Server } from 'node:net';
import { DialogLayer, type DialogOptions } from '../dialog/index.ts';
import type { SipMessage } from '../message/index.ts';
import { createProxy, type ProxyRecord } from '../proxy/index.ts';
import type { ServerTransaction } from '../transaction/types.ts';
import type { Flow } from '../transport/index.ts';
import type { EngineOptions } from '../types.ts';
import { AppClient } from './app-client.ts';
import { createAttachedServer } from './attached-server.ts';
import { sendCdr } from './cdr.ts';
import { runCommand } from './commands.ts';
import { ContactFlows } from './contact-flows.ts';
import {
  AUTHENTICATE_MS,
  ControlListener,
  type ControlListenOptions,
  MAX_UNAUTHENTICATED,
} from './control-listener.ts';
import { Deliveries } from './deliveries.ts';
import type { Hub } from './hub.ts';
import { LocalDeliveries } from './local-deliveries.ts';
import type { LocalOwner } from './local-owner.ts';
import { flowNamedIn, isOwnUri } from './next-hop.ts';
import { OutboundApps } from './outbound-apps.ts';
import { RouteTable } from './route-table.ts';
import type { ControlDeps, TransactionUserOfApps } from './types.ts';
import { UsualValues } from './usual-values.ts';

/** Time an application that went has before its calls are ended, or those that nobody had answered. */
const ORPHAN_GRACE_MS = 1_000;
/** An application that the engine knows of, in the process or connected to, has longer to say who it is. */
const KNOWN_AUTHENTICATE_MS = 30_000;
/** Calls kept for a peer to end are forgotten after this. */
const ORPHAN_KEEP_MS = 12 * 3_600_000;

/** The engine's upper edge: dialogs, and the drachtio control protocol to the applications that own them. */
export function createControl(deps: ControlDeps): TransactionUserOfApps {
  return new Control(deps);
}

class Control implements TransactionUserOfApps {
  /** What is answered is finished with: its end is of use for what never was. */
  readonly hearsAnsweredEnd = false;
  readonly #hub: Hub;
  readonly #listeners: ControlListener[] = [];
  readonly #outbound: OutboundApps;
  /** Who takes new requests inside the process, by method. */
  readonly #locals = new Map<string, LocalOwner>();
  #closing = false;

  constructor(deps: ControlDeps) {
    const { transactions, transport, resolve, judge, wheel, timers, ports, options } = deps;
    this.#outbound = this.#createOutbound();
    const dialogs = new DialogLayer({
      transactions,
      transport,
      resolve,
      judge,
      wheel,
      timers,
      random: ports.random,
      logger: ports.logger,
      options: dialogOptions(options),
      user: new LocalDeliveries(this.#locals, new Deliveries(() => this.#hub, this.#outbound)),
    });
    const contacts = new ContactFlows(() => ports.clock.nowMs());
    const proxy = createProxy({
      transactions,
      transport,
      resolve,
      wheel,
      timers,
      ports,
      isOwnUri: (uri) => isOwnUri(deps, uri),
      flowFor: (method, uri) => flowNamedIn(transport, uri) ?? contacts.find(method, uri),
      ...(options.outboundProxy === undefined ? {} : { outboundProxy: options.outboundProxy }),
      ...(options.cdrs === true ? { record: (record: ProxyRecord) => sendCdr(this.#hub, record) } : {}),
    });
    const [routes, usual] = [new RouteTable(), new UsualValues()];
    this.#hub = { deps, dialogs, routes, contacts, proxy, clients: new Set(), usual };
  }

  get dialogs(): number {
    return this.#hub.dialogs.size;
  }

  get apps(): number {
    return this.#hub.clients.size;
  }

  get routes(): number {
    return this.#hub.routes.size;
  }

  onRequest(transaction: ServerTransaction): void {
    this.#hub.dialogs.onRequest(transaction);
  }

  onAck(ack: SipMessage, flow: Flow): void {
    this.#hub.dialogs.onAck(ack, flow);
  }

  onCancel(transaction: ServerTransaction, cancel: SipMessage): void {
    if (!this.#hub.proxy.onCancel(transaction, cancel)) this.#hub.dialogs.onCancel(transaction, cancel);
  }

  onStrayResponse(response: SipMessage): void {
    if (!this.#hub.proxy.onStrayResponse(response)) this.#hub.dialogs.onStrayResponse(response);
  }

  onTransactionEnd(transaction: ServerTransaction): void {
    this.#hub.dialogs.onTransactionEnd(transaction);
  }

  onFlowClosed(flow: Flow): void {
    this.#hub.contacts.forget(flow);
    this.#hub.dialogs.onFlowClosed(flow);
  }

  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server {
    return createAttachedServer({
      isOpen: () => !this.#closing,
      connect: (socket) => {
        const client = this.#connect(new AppClient(socket, { ...options, isAttached: true }, this.#events));
        return () => client.authenticated;
      },
    });
  }

  attachLocal<T extends LocalOwner>(methods: readonly string[], create: (hub: Hub) => T): T {
    const local = create(this.#hub);
    for (const method of methods) this.#locals.set(method, local);
    return local;
  }

  async listenControl(options: ControlListenOptions): Promise<{ readonly port: number }> {
    const { secret, authenticateMs = AUTHENTICATE_MS, maxUnauthenticated = MAX_UNAUTHENTICATED } = options;
    const strangers = new Set<AppClient>();
    const listener = await ControlListener.open(options, (socket) => {
      for (const one of strangers) if (one.authenticated || one.gone) strangers.delete(one);
      if (strangers.size >= maxUnauthenticated) {
        this.#hub.deps.ports.counters.count('connections_refused', 'control');
        socket.destroy();
        return;
      }
      const client = new AppClient(socket, { secret, isAttached: false, methods: [] }, this.#events);
      strangers.add(this.#connect(client, authenticateMs));
    });
    this.#listeners.push(listener);
    return { port: listener.port };
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#outbound.close();
    const closed = this.#listeners.map((listener) => listener.close());
    for (const client of [...this.#hub.clients]) client.destroy();
    await Promise.all(closed);
  }

  /** Applications that are connected to belong to the hub like those that connect. */
  #createOutbound(): OutboundApps {
    return new OutboundApps(
      () => this.#hub,
      (socket, secret, { ready, lost }) =>
        this.#connect(
          new AppClient(
            socket,
            { secret, isAttached: false, methods: [], onReady: ready },
            {
              ...this.#events,
              onGone: (client) => {
                this.#gone(client);
                lost();
              },
            },
          ),
        ),
    );
  }

  readonly #events = {
    onFrame: (client: AppClient, payload: Buffer) => runCommand(this.#hub, client, payload),
    onGone: (client: AppClient) => this.#gone(client),
  };

  #connect(client: AppClient, authenticateMs = KNOWN_AUTHENTICATE_MS): AppClient {
    if (this.#closing) {
      client.destroy();
      return client;
    }
    this.#hub.clients.add(client);
    this.#hub.deps.wheel.after(authenticateMs, () => {
      if (client.authenticated || client.gone) return;
      this.#hub.deps.ports.counters.count('connections_closed', 'control_silent');
      client.destroy();
    });
    return client;
  }

  #gone(client: AppClient): void {
    const { clients, routes, dialogs, deps } = this.#hub;
    clients.delete(client);
    routes.removeClient(client);
    if (this.#closing) return;
    const isKept = deps.options.orphan !== 'bye';
    deps.wheel.after(ORPHAN_GRACE_MS, () => dialogs.dropOwner(client, isKept ? 'unanswered' : 'bye'));
    if (isKept) deps.wheel.after(ORPHAN_KEEP_MS, () => dialogs.dropOwner(client, 'forget'));
  }
}

function dialogOptions(options: EngineOptions): DialogOptions {
  return {
    natDetection: options.natDetection ?? 'on',
    defaultRefresher: options.sessionRefresher ?? 'none',
    agent: options.agent,
    maxConsecutiveTimeouts: options.maxConsecutiveTimeouts ?? 0,
  };
}
