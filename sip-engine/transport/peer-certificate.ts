import type { TLSSocket } from 'node:tls';
import { certificateNames } from './certificate-names.ts';
import type { PeerCertificate } from './types.ts';

/** What the peer's certificate says, when an authority we trust vouches for it. */
export function provenCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return undefined;
  // Node has one part of the name a line, with what is special in it escaped.
  const subject = (certificate.subject ?? '').replaceAll('\n', ', ');
  return { subject, names: certificateNames(certificate), fingerprint256: certificate.fingerprint256 };
}
