import { X509Certificate } from 'node:crypto';
import { connect, isIP, type Socket } from 'node:net';
import {
  checkServerIdentity as checkDnsIdentity,
  connect as connectTls,
  type PeerCertificate,
  TLSSocket,
} from 'node:tls';
import { isWildcard } from './address-book.ts';
import { certificateNames } from './certificate-names.ts';
import type { ConnectionFlow } from './connection-flow.ts';
import type { ConnectionTable } from './connection-table.ts';
import { TransportFault, toTransportFault } from './errors.ts';
import { provenCertificate } from './peer-certificate.ts';
import { StreamLink } from './stream-link.ts';
import type { TransportContext } from './transport-context.ts';
import type { Flow, ListenPoint, Target } from './types.ts';

/** Opens a TCP or TLS connection to `target`; the flow is returned at once and holds what is sent until it stands. */
export function connectStream(
  target: Target,
  point: ListenPoint,
  context: TransportContext,
  table: ConnectionTable,
): Flow {
  const flow = table.create(point, {
    remoteAddress: target.address,
    remotePort: target.port,
    serverName: target.serverName,
  });
  if (!table.admit(target.address)) {
    const full = new TransportFault('queue_full', 'too many connections');
    setImmediate(() => flow.fail(full, 'connect_failed'));
    return flow;
  }
  const socket = target.transport === 'tls' ? openTls(target, point, context) : openTcp(target, point);
  socket.once('close', () => table.dismiss(target.address));
  const stopFollowing = followConnect(socket, flow);
  socket.once(target.transport === 'tls' ? 'secureConnect' : 'connect', () => {
    stopFollowing();
    StreamLink.attach(socket, flow, context, socket instanceof TLSSocket ? provenCertificate(socket) : undefined);
  });
  return flow;
}

function openTcp(target: Target, point: ListenPoint): Socket {
  return connect({ host: target.address, port: target.port, noDelay: true, ...localAddressOf(point) });
}

function openTls(target: Target, point: ListenPoint, context: TransportContext): TLSSocket {
  const store = context.certificates;
  // A literal address is no server name (RFC 6066 section 3); the certificate is then checked against the address.
  const name =
    target.serverName !== undefined && isIP(target.serverName) === 0 ? { servername: target.serverName } : {};
  return connectTls({
    host: target.address,
    port: target.port,
    rejectUnauthorized: store?.options.verifyServers ?? true,
    checkServerIdentity,
    ...name,
    ...(store === undefined ? {} : { secureContext: store.outgoingContext }),
    ...localAddressOf(point),
  });
}

/** RFC 5922 section 7.2: a `sip:` URI in the certificate names the domain as well as a DNS name does. */
function checkServerIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const names = certificateNames(new X509Certificate(certificate.raw));
  return names.includes(host.toLowerCase()) ? undefined : checkDnsIdentity(host, certificate);
}

function localAddressOf(point: ListenPoint): { localAddress?: string } {
  return isWildcard(point.host) ? {} : { localAddress: point.host };
}

/** Until it stands: errors end the flow, and a flow that ends first (time-out) ends the socket. */
function followConnect(socket: Socket, flow: ConnectionFlow): () => void {
  const onError = (error: Error) => flow.fail(toTransportFault(error), 'connect_failed');
  const onClose = () => flow.close('connect_failed');
  socket.on('error', onError);
  socket.on('close', onClose);
  // A socket destroyed while connecting may still report an error.
  socket.on('error', () => undefined);
  flow.connecting(() => socket.destroy());
  return () => {
    socket.off('error', onError);
    socket.off('close', onClose);
  };
}
