import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';

export interface TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A throw-away certificate authority in its own directory; needs `openssl` on the path. */
export class TestAuthority {
  readonly directory: string;
  readonly caFile: string;
  readonly #keyFile: string;
  #serial = 0;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'sip-tls-'));
    this.caFile = join(this.directory, 'ca.pem');
    this.#keyFile = join(this.directory, 'ca.key');
    this.#openssl(
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ['-subj', '/CN=Test authority', '-keyout', this.#keyFile, '-out', this.caFile],
    );
  }

  /** Signs a certificate for `subjectAltName` (`DNS:a.example,URI:sip:a.example`) into `file`.pem and `file`.key. */
  issue(file: string, subjectAltName: string): TestCertificate {
    const certFile = join(this.directory, `${file}.pem`);
    const keyFile = join(this.directory, `${file}.key`);
    const request = join(this.directory, `${file}.csr`);
    const extensions = join(this.directory, `${file}.ext`);
    writeFileSync(extensions, `subjectAltName=${subjectAltName}\n`);
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    this.#openssl(['req', ...key], ['-subj', `/CN=cn-of-${file}`, '-out', request]);
    const signer = ['-CA', this.caFile, '-CAkey', this.#keyFile, '-set_serial', String(++this.#serial)];
    this.#openssl(
      ['x509', '-req', '-in', request, ...signer],
      ['-days', '2', '-extfile', extensions, '-out', certFile],
    );
    return { certFile, keyFile };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #openssl(command: readonly string[], rest: readonly string[]): void {
    execFileSync('openssl', [...command, ...rest], { stdio: 'pipe' });
  }
}

/** A handshake from loopback that trusts `ca` and does not check names; destroyed with the test. */
export async function shakeHands(
  t: { teardown(act: () => unknown): void },
  ca: string,
  port: number,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined, ...options });
  t.teardown(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'secureConnect');
  return socket;
}

/** Common name of the certificate that the server has shown: `cn-of-a`. */
export function shownName(socket: TLSSocket): string | undefined {
  return socket.getPeerX509Certificate()?.subject.replace('CN=', '');
}
