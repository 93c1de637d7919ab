import { readFileSync } from 'node:fs';
import { TestAuthority, type TestCertificate } from '../../sip-engine/transport/testing-tls.ts';
import type { Test } from './temp-dir.ts';

export interface Authority {
  readonly caFile: string;
  /** PEM text. */
  readonly ca: string;
  /** A certificate for loopback. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Writes a new key and certificate over those. */
  renew(): void;
  /** Another certificate, for that domain. */
  issue(domain: string): TestCertificate;
}

const LOOPBACK = 'DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1';

/** A certificate authority of this test alone, and a certificate of it for loopback; made by openssl. */
export function createAuthority(t: Test): Authority {
  const authority = new TestAuthority();
  t.teardown(() => authority.remove());
  const { caFile } = authority;
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    ...authority.issue('server', LOOPBACK),
    renew: () => void authority.issue('server', LOOPBACK),
    issue: (domain) => authority.issue(domain, `DNS:${domain}`),
  };
}
