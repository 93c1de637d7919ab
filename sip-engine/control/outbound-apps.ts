import type { Socket } from 'node:net';
import type { Incoming } from '../dialog/index.ts';
import type { RequestHandler } from '../types.ts';
import { type AppAddress, readAppAddress } from './app-address.ts';
import type { AppClient } from './app-client.ts';
import { answerNew, deliverNew } from './deliver-new.ts';
import type { Hub } from './hub.ts';
import { askLookup } from './lookup.ts';
import type { LookupAction } from './lookup-answer.ts';
import { openAppSocket } from './outbound-socket.ts';

/** Time an application has to take the connection and say who it is. */
const READY_MS = 2_000;
/** Lookups under way at once. */
const MAX_LOOKUPS = 1_000;

/** Makes a client of a connection that we opened: `ready` when it has authenticated, `lost` when it has ended. */
export type AdoptSocket = (socket: Socket, secret: string, told: { ready(): void; lost(): void }) => AppClient;

const UNAVAILABLE = { status: 480, headers: [] } as const;
const BUSY = { status: 503, headers: [['Retry-After', '5']] } as const;
const FAILED = { status: 500, headers: [] } as const;
const NOBODY = { onFinal: () => undefined, onDone: () => undefined };

/** New requests for applications that listen: each gets a connection of its own, found by a handler. */
export class OutboundApps {
  readonly #hub: () => Hub;
  readonly #adopt: AdoptSocket;
  readonly #closing = new AbortController();
  #lookups = 0;

  constructor(hub: () => Hub, adopt: AdoptSocket) {
    this.#hub = hub;
    this.#adopt = adopt;
  }

  /** False when no handler is there for the method; else the request is answered or delivered, now or later. */
  take(incoming: Incoming): boolean {
    const handler = this.#handlerFor(incoming.message.method);
    if (handler === undefined) return false;
    if (/^https?:/i.test(handler.url)) this.#ask(handler, incoming);
    else this.#act(incoming, connectTo(readAppAddress(handler.url)));
    return true;
  }

  /** Lookups under way are given up; their callers hear a 500. */
  close(): void {
    this.#closing.abort();
  }

  #handlerFor(method: string): RequestHandler | undefined {
    const handlers = this.#hub().deps.options.outboundApps?.handlers ?? [];
    return handlers.find((handler) => handler.method === '*' || handler.method.toUpperCase() === method);
  }

  #ask(handler: RequestHandler, incoming: Incoming): void {
    const hub = this.#hub();
    // A service that hangs must not let a flood of requests pile up here.
    if (this.#lookups >= MAX_LOOKUPS) {
      answerNew(hub, incoming, BUSY);
      return;
    }
    this.#lookups++;
    askLookup(hub, handler.url, incoming, this.#closing.signal)
      .then((action) => this.#act(incoming, action))
      .catch((error: unknown) => {
        hub.deps.ports.logger.error({ err: error, url: handler.url }, 'acting on a lookup failed');
        answerNew(hub, incoming, FAILED);
      })
      .finally(() => {
        this.#lookups--;
      });
  }

  #act(incoming: Incoming, action: LookupAction | undefined): void {
    const hub = this.#hub();
    // The caller may have given up while the lookup went on.
    if (incoming.finished) return;
    switch (action?.kind) {
      case 'reject':
        answerNew(hub, incoming, { status: action.status, headers: [], reason: action.reason });
        return;
      case 'redirect':
        answerNew(hub, incoming, { status: 302, headers: action.contacts.map((uri) => ['Contact', `<${uri}>`]) });
        return;
      case 'proxy':
        incoming.finish();
        hub.proxy.start(incoming.transaction, action.command, NOBODY);
        return;
      case 'tag':
        deliverTagged(hub, incoming, action.tag);
        return;
      case 'connect':
        this.#connect(incoming, action.address);
        return;
      default:
        answerNew(hub, incoming, FAILED);
    }
  }

  #connect(incoming: Incoming, address: AppAddress): void {
    const hub = this.#hub();
    const { secret = '', caFile } = hub.deps.options.outboundApps ?? {};
    let socket: Socket;
    try {
      socket = openAppSocket(address, caFile);
    } catch (error) {
      hub.deps.ports.logger.error({ err: error, address }, 'an application cannot be connected to');
      answerNew(hub, incoming, UNAVAILABLE);
      return;
    }
    const client = this.#adopt(socket, secret, {
      ready: () => {
        if (incoming.finished) client.close();
        else deliverNew(hub, client, incoming);
      },
      lost: () => {
        if (incoming.owner === undefined) answerNew(hub, incoming, UNAVAILABLE);
      },
    });
    const giveUp = (): void => {
      if (!client.authenticated) client.destroy();
    };
    const timer = hub.deps.wheel.after(READY_MS, giveUp);
    incoming.onFinish(() => {
      timer.cancel();
      giveUp();
    });
  }
}

function connectTo(address: AppAddress | undefined): LookupAction | undefined {
  return address === undefined ? undefined : { kind: 'connect', address };
}

function deliverTagged(hub: Hub, incoming: Incoming, tag: string): void {
  const client = hub.routes.pick(incoming.message.method, (one) => one.tags.includes(tag));
  if (client === undefined) answerNew(hub, incoming, UNAVAILABLE);
  else deliverNew(hub, client, incoming);
}
