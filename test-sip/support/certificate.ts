import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, tempDir } from './temp-dir.ts';

export interface Authority {
  readonly caFile: string;
  /** PEM text. */
  readonly ca: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** Writes a new key and certificate over the old ones. */
  renew(): void;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
const NAMES = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1';

/** A certificate authority of this test alone, and a certificate of it for loopback; made by openssl. */
export function createAuthority(t: Test): Authority {
  const dir = tempDir(t);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  openssl('req', '-x509', ...EC, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority');
  const caFile = join(dir, 'ca.pem');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '2', '-addext', NAMES];
  const renew = () => {
    openssl('req', '-x509', ...EC, ...signed, '-keyout', 'server.key', '-out', 'server.pem', '-subj', '/CN=localhost');
  };
  renew();
  return {
    caFile,
    ca: readFileSync(caFile, 'utf8'),
    certFile: join(dir, 'server.pem'),
    keyFile: join(dir, 'server.key'),
    renew,
  };
}
