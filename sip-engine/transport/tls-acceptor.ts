import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { formatEndpoint, normalizeAddress } from './address-book.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { ConnectionTable, Pending } from './connection-table.ts';
import { provenCertificate } from './peer-certificate.ts';
import type { Accepted } from './socket-listener.ts';
import type { PeerCertificate } from './types.ts';

/** A finished TLS handshake. */
export interface Secured extends Accepted {
  readonly socket: TLSSocket;
  readonly peerCertificate: PeerCertificate | undefined;
}

/** Runs the server side of TLS handshakes on admitted sockets, under the handshake limit. */
export class TlsAcceptor {
  readonly #server: Server;
  readonly #store: CertificateStore;
  readonly #table: ConnectionTable;
  readonly #onSecured: (secured: Secured) => void;
  readonly #handshakes = new Map<string, { readonly accepted: Accepted; readonly pending: Pending }>();
  #shown: SecureContextOptions;

  constructor(store: CertificateStore, table: ConnectionTable, onSecured: (secured: Secured) => void) {
    const { clientCertificates = 'none' } = store.options;
    this.#store = store;
    this.#table = table;
    this.#onSecured = onSecured;
    this.#shown = store.defaultMaterial;
    this.#server = createServer({
      ...this.#shown,
      requestCert: clientCertificates !== 'none',
      rejectUnauthorized: clientCertificates === 'require',
      SNICallback: (serverName, done) => done(null, store.contextFor(serverName)),
    });
    this.#server.on('secureConnection', (socket) => this.#finish(socket));
    this.#server.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  /** Starts the handshake. */
  accept(accepted: Accepted): void {
    const { socket, remoteAddress, remotePort } = accepted;
    const key = formatEndpoint(remoteAddress, remotePort);
    const pending = this.#table.addPending('handshake', () => socket.destroy());
    this.#handshakes.set(key, { accepted, pending });
    socket.once('close', () => {
      this.#handshakes.delete(key);
      this.#table.failPending(pending);
    });
    this.#showDefaultCertificate();
    this.#server.emit('connection', socket);
  }

  #finish(socket: TLSSocket): void {
    const key = formatEndpoint(normalizeAddress(socket.remoteAddress ?? ''), socket.remotePort ?? 0);
    const handshake = this.#handshakes.get(key);
    if (handshake === undefined) {
      socket.destroy();
      return;
    }
    this.#handshakes.delete(key);
    this.#table.removePending(handshake.pending);
    this.#onSecured({ ...handshake.accepted, socket, peerCertificate: provenCertificate(socket) });
  }

  /** Peers that send no server name get the default context, which the callback is not asked for. */
  #showDefaultCertificate(): void {
    const material = this.#store.defaultMaterial;
    if (material === this.#shown) return;
    this.#shown = material;
    this.#server.setSecureContext(material);
  }
}
