import type { DialogLayer } from '../dialog/index.ts';
import type { SipProxy } from '../proxy/index.ts';
import type { Flow } from '../transport/index.ts';
import type { AppClient } from './app-client.ts';
import type { ContactFlows } from './contact-flows.ts';
import { answerLine, formatTime, type PeerMeta } from './lead-line.ts';
import type { RouteTable } from './route-table.ts';
import type { ControlDeps } from './types.ts';
import type { UsualValues } from './usual-values.ts';

/** What every part of the control layer works with. */
export interface Hub {
  readonly deps: ControlDeps;
  readonly dialogs: DialogLayer;
  readonly routes: RouteTable;
  readonly contacts: ContactFlows;
  readonly proxy: SipProxy;
  readonly clients: Set<AppClient>;
  readonly usual: UsualValues;
}

/** The version applications see; srf switches features on by it. */
export const SERVER_VERSION = 'v0.9.10';

/** A message or transaction id as applications know them: a UUID. */
export function newId(hub: Hub): string {
  return hub.deps.ports.random.uuid();
}

/** `OK`, `NO` or `NOK` to one message of an application. */
export function answerApp(
  hub: Hub,
  client: AppClient,
  messageId: string,
  word: 'OK' | 'NO' | 'NOK',
  ...more: string[]
): void {
  client.send(answerLine(newId(hub), messageId, word, ...more));
}

/** A refusal that ends the connection. */
export function refuseApp(hub: Hub, client: AppClient, messageId: string, reason: string): void {
  answerApp(hub, client, messageId, 'NO', reason);
  client.close();
}

/** Peer tokens of a lead line. */
export function metaOf(
  hub: Hub,
  source: PeerMeta['source'],
  bytes: number,
  flow: Flow | undefined,
  side: 'remote' | 'local' = 'remote',
): PeerMeta {
  const address = flow === undefined ? '' : side === 'local' ? flow.localAddress : flow.remoteAddress;
  const port = flow === undefined ? 0 : side === 'local' ? flow.localPort : flow.remotePort;
  const time = formatTime(hub.deps.ports.clock.wallMs());
  return { source, bytes, protocol: flow?.transport ?? 'udp', address, port, time };
}

/** The two address lists of the `authenticate` answer: as advertised, and as bound. */
export function hostPorts(hub: Hub): { readonly advertised: string; readonly local: string } {
  const points = hub.deps.transport.listenPoints;
  const show = (host: string, port: number): string =>
    `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  const advertised = points.map((point) => {
    const { host, port } =
      point.externalHost === undefined
        ? { host: point.host, port: point.port }
        : { host: point.externalHost, port: point.externalPort ?? point.port };
    return `${point.transport}/${show(host, port)}`;
  });
  const local = points.map((point) => `${point.transport}/${show(point.host, point.port)}`);
  return { advertised: advertised.join(','), local: local.join(',') };
}
