import type { X509Certificate } from 'node:crypto';

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

// Values with odd characters are quoted by Node; a quoted one is no domain and matches nothing here.
function domainOf(entry: string): string[] {
  const match = /^(?:DNS:|URI:sips?:)([A-Za-z0-9*._-]+)$/.exec(entry);
  return match?.[1] === undefined ? [] : [match[1].toLowerCase()];
}
