import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { formatEndpoint, normalizeAddress } from './address-book.ts';
import type { ConnectionTable, Pending } from './connection-table.ts';
import type { Accepted } from './socket-listener.ts';
import type { TransportContext } from './transport-context.ts';
import type { PeerCertificate } from './types.ts';
import { WsLink } from './ws-link.ts';

interface Upgrade {
  readonly accepted: Accepted;
  readonly pending: Pending;
  readonly peerCertificate: PeerCertificate | undefined;
}

const SUBPROTOCOL = 'sip';
const UPGRADE_REQUIRED = 426;
/** Headers of an upgrade request; browsers send cookies along. */
const MAX_HTTP_HEADER_BYTES = 16_384;

/** Runs WebSocket upgrades (RFC 7118) on admitted, for WSS already secured, sockets under the handshake limit. */
export class WsAcceptor {
  readonly #http: Server;
  readonly #ws: WebSocketServer;
  readonly #context: TransportContext;
  readonly #table: ConnectionTable;
  readonly #upgrades = new Map<string, Upgrade>();

  constructor(context: TransportContext, table: ConnectionTable) {
    this.#context = context;
    this.#table = table;
    this.#http = createServer({ maxHeaderSize: MAX_HTTP_HEADER_BYTES }, (_request, response) => {
      response.writeHead(UPGRADE_REQUIRED, { connection: 'close', upgrade: 'websocket' }).end();
    });
    this.#ws = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: context.limits.maxMessageBytes,
      handleProtocols: () => SUBPROTOCOL,
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Starts the upgrade. */
  accept(accepted: Accepted, peerCertificate: PeerCertificate | undefined): void {
    const { socket, remoteAddress, remotePort } = accepted;
    const key = formatEndpoint(remoteAddress, remotePort);
    const pending = this.#table.addPending('upgrade', () => socket.destroy());
    this.#upgrades.set(key, { accepted, pending, peerCertificate });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.#upgrades.delete(key);
      this.#table.failPending(pending);
    });
    this.#http.emit('connection', socket);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { remoteAddress = '', remotePort = 0 } = request.socket;
    const key = formatEndpoint(normalizeAddress(remoteAddress), remotePort);
    const upgrade = this.#upgrades.get(key);
    if (upgrade === undefined || !offersSip(request)) {
      // RFC 7118 section 4.1: without the subprotocol there is no SIP on this connection.
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
      return;
    }
    this.#ws.handleUpgrade(request, socket, head, (webSocket) => {
      this.#upgrades.delete(key);
      this.#table.removePending(upgrade.pending);
      const { point, remoteAddress: address, remotePort: port } = upgrade.accepted;
      const flow = this.#table.create(point, { remoteAddress: address, remotePort: port });
      WsLink.attach(webSocket, upgrade.accepted.socket, flow, this.#context, upgrade.peerCertificate);
    });
  }
}

function offersSip(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim().toLowerCase() === SUBPROTOCOL);
}
