import type { ConnectionTable } from './connection-table.ts';
import { TransportFault } from './errors.ts';
import type { Accepted } from './socket-listener.ts';
import { StreamLink } from './stream-link.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TransportContext } from './transport-context.ts';
import type { ListenSpec, PeerCertificate } from './types.ts';
import { WsAcceptor } from './ws-acceptor.ts';

type Handler = (accepted: Accepted) => void;
type ProvenHandler = (accepted: Accepted, peerCertificate?: PeerCertificate) => void;

/**
 * What happens to an admitted socket of each transport until it is a flow.
 * @throws TransportFault `tls` for TLS and WSS without certificates.
 */
export function createAcceptor(
  transport: Exclude<ListenSpec['transport'], 'udp'>,
  context: TransportContext,
  table: ConnectionTable,
): Handler {
  const isWebSocket = transport === 'ws' || transport === 'wss';
  const established = isWebSocket ? acceptWebSocket(context, table) : acceptStream(context, table);
  if (transport === 'tcp' || transport === 'ws') return established;
  const store = context.certificates;
  if (store === undefined) throw new TransportFault('tls', `${transport} needs a certificate`);
  const acceptor = new TlsAcceptor(store, table, ({ peerCertificate, ...secured }) =>
    established(secured, peerCertificate),
  );
  return (accepted) => acceptor.accept(accepted);
}

function acceptStream(context: TransportContext, table: ConnectionTable): ProvenHandler {
  return ({ socket, remoteAddress, remotePort, point }, peerCertificate) => {
    const flow = table.create(point, { remoteAddress, remotePort });
    StreamLink.attach(socket, flow, context, peerCertificate);
  };
}

function acceptWebSocket(context: TransportContext, table: ConnectionTable): ProvenHandler {
  const acceptor = new WsAcceptor(context, table);
  return (accepted, peerCertificate) => acceptor.accept(accepted, peerCertificate);
}
