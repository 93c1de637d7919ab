import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { appendOutbox, createWebhook, type EventName, listDeliveries, type Store } from '../../tenancy/index.ts';
import { AddressGuard, type Resolve } from './address-guard.ts';
import { WebhookSender } from './webhook-sender.ts';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Test {
  teardown(work: () => void): void;
}

/** A real HTTP receiver; `answer` decides what it says. */
export async function receive(
  t: Test,
  answer: (response: ServerResponse, received: Received) => void = (r) => r.end('ok'),
) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const seen = { headers: request.headers, body };
      received.push(seen);
      answer(response, seen);
    });
  }).listen(0, '127.0.0.1');
  let opened = 0;
  server.on('connection', () => {
    opened += 1;
  });
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/hook`, port, received, connections: () => opened };
}

export function sender(store: Store, options: { allow?: string[]; resolve?: Resolve; timeoutMs?: number } = {}) {
  const { allow = ['127.0.0.0/8'], resolve, timeoutMs = 60_000 } = options;
  const guard = resolve === undefined ? new AddressGuard(allow) : new AddressGuard(allow, resolve);
  const onFault = (error: unknown) => {
    throw error;
  };
  return new WebhookSender({ store, guard, timeoutMs, random: () => 1, onFault });
}

export const hook = (store: Store, accountId: number | null, url: string, events: readonly string[] = ['*']) =>
  store.write((context) => createWebhook(context, { accountId, url, events }));

export const tell = (store: Store, accountId: number, event: EventName, data: object) =>
  store.write((context) => appendOutbox(context, [{ accountId, event, data }]));

const NEWEST_FIRST = { afterId: 0, offset: 0, limit: 100, sort: { column: 'id', isDescending: true } };

export const deliveries = async (store: Store, id: number) => (await listDeliveries(store, id, NEWEST_FIRST)).rows;
