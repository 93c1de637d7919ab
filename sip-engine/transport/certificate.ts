import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { EngineLogger } from '../ports.ts';
import { certificateNames } from './certificate-names.ts';

export interface CertificateFiles {
  /** PEM, the server's own certificate, then the chain below it. */
  readonly certFile: string;
  readonly keyFile: string;
  /** SIP domains it is shown for. @default the names in the certificate */
  readonly serverNames?: readonly string[];
}

/** What all contexts have in common. */
export type SharedContextOptions = Pick<SecureContextOptions, 'ca' | 'minVersion'>;

interface Loaded {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Lower case. */
  readonly names: readonly string[];
}

/**
 * One certificate with its key, as it is on disk. What does not load (half written, gone, key of another one) is
 * logged and leaves in use what was loaded before; it is tried again when the files change.
 */
export class Certificate {
  readonly files: CertificateFiles;
  readonly #logger: EngineLogger;
  #loaded: Loaded | undefined;
  #stamp = '';
  #checkedMs = Number.NEGATIVE_INFINITY;
  #madeFor: SharedContextOptions | undefined;
  #material: SecureContextOptions | undefined;
  #context: SecureContext | undefined;

  constructor(files: CertificateFiles, logger: EngineLogger) {
    this.files = files;
    this.#logger = logger;
  }

  /** Lower-case names in the certificate; none when it could never be loaded. */
  get names(): readonly string[] {
    return this.#loaded?.names ?? [];
  }

  /** Looks at the files, at most every `everyMs`; true when they were loaded anew. */
  refresh(nowMs: number, everyMs: number): boolean {
    if (nowMs - this.#checkedMs < everyMs) return false;
    this.#checkedMs = nowMs;
    const stamp = [this.files.certFile, this.files.keyFile].map(fileStamp).join(' ');
    if (stamp === this.#stamp) return false;
    this.#stamp = stamp;
    return this.#load();
  }

  /** For the next handshakes; the same object until files or options change. `undefined` when nothing could be loaded. */
  context(shared: SharedContextOptions): SecureContext | undefined {
    const material = this.material(shared);
    if (material === undefined) return undefined;
    this.#context ??= createSecureContext(material);
    return this.#context;
  }

  /** What the context is made of. */
  material(shared: SharedContextOptions): SecureContextOptions | undefined {
    if (this.#loaded === undefined) return undefined;
    if (this.#material === undefined || this.#madeFor !== shared) {
      const { cert, key } = this.#loaded;
      this.#madeFor = shared;
      this.#material = { ...shared, cert, key };
      this.#context = undefined;
    }
    return this.#material;
  }

  #load(): boolean {
    const { certFile, keyFile } = this.files;
    const isFirst = this.#loaded === undefined;
    try {
      this.#loaded = loadPair(this.files);
    } catch (error) {
      const fields = { certFile, keyFile, reason: (error as Error).message };
      if (isFirst) this.#logger.error(fields, 'a certificate cannot be used');
      else this.#logger.warn(fields, 'a certificate was not reloaded, the old one stays');
      return false;
    }
    this.#material = undefined;
    this.#context = undefined;
    if (!isFirst) this.#logger.info({ certFile, names: this.names }, 'certificate reloaded');
    return true;
  }
}

/** Reads the pair once, for who must know at the start. @throws Error whose message says which file is wrong, and how. */
export function checkCertificate(files: CertificateFiles): void {
  loadPair(files);
}

/** @throws Error whose message says which file is wrong, and how. */
function loadPair({ certFile, keyFile }: CertificateFiles): Loaded {
  const cert = read(certFile);
  const key = read(keyFile);
  const own = attempt(() => new X509Certificate(cert), `${certFile} is no PEM certificate`);
  const privateKey = attempt(() => createPrivateKey(key), `${keyFile} is no PEM private key`);
  if (!own.checkPrivateKey(privateKey)) throw new Error(`${keyFile} is not the key of ${certFile}`);
  attempt(() => createSecureContext({ cert, key }), `${certFile} cannot be used for TLS`);
  return { cert, key, names: certificateNames(own) };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

function attempt<T>(make: () => T, text: string): T {
  try {
    return make();
  } catch (error) {
    throw new Error(text, { cause: error });
  }
}

/** Changes when the file does; for a file that is not there the system's reason. */
export function fileStamp(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs}/${size}/${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}
