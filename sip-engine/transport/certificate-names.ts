import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from './types.ts';

/**
 * Lower-case domains a certificate is for (RFC 5922 section 7.1): `sip:` URIs without a user part and DNS
 * names of the subject alternative name; the common name only when there are none.
 */
export function certificateNames(certificate: X509Certificate): readonly string[] {
  const names = (certificate.subjectAltName ?? '').split(', ').flatMap(domainOf);
  if (names.length > 0) return [...new Set(names)];
  const commonName = /^CN=(.+)$/m.exec(certificate.subject ?? '')?.[1];
  return commonName === undefined ? [] : [commonName.toLowerCase()];
}

/** What the peer's certificate says, when an authority we trust vouches for it. */
export function provenCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  if (certificate === undefined) return undefined;
  // Node has one part of the name a line, with what is special in it escaped.
  const subject = (certificate.subject ?? '').replaceAll('\n', ', ');
  return { subject, names: certificateNames(certificate), fingerprint256: certificate.fingerprint256 };
}

// Values with odd characters are quoted by Node; a quoted one is no domain and matches nothing here.
function domainOf(entry: string): string[] {
  const match = /^(?:DNS:|URI:sips?:)([A-Za-z0-9*._-]+)$/.exec(entry);
  return match?.[1] === undefined ? [] : [match[1].toLowerCase()];
}
