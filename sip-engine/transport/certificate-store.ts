import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { EngineClock, EngineLogger } from '../ports.ts';
import { certificateNames } from './certificate-names.ts';
import { TransportFault } from './errors.ts';

export interface CertificateFiles {
  /** PEM, the chain below the server's own certificate. */
  readonly certFile: string;
  readonly keyFile: string;
  /** SIP domains it is shown for. @default the names in the certificate */
  readonly serverNames?: readonly string[];
}

export interface TlsOptions {
  /** The first one is shown to peers that send no server name, or one nobody knows. */
  readonly certificates: readonly CertificateFiles[];
  /** PEM of the authorities trusted for peers' certificates. @default Node's own list */
  readonly caFile?: string;
  /** Mutual TLS on incoming connections: `request` takes peers without one too. @default 'none' */
  readonly clientCertificates?: 'none' | 'request' | 'require';
  /** Check the certificates of servers we connect to. @default true */
  readonly verifyServers?: boolean;
  /** @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** How often, at most, a certificate's files are looked at when a handshake wants it, milliseconds. @default 2000 */
  readonly reloadCheckMs?: number;
}

interface Entry {
  readonly files: CertificateFiles;
  context: SecureContext;
  material: SecureContextOptions;
  names: readonly string[];
  stamp: string;
  checkedMs: number;
}

const DEFAULT_CHECK_MS = 2_000;

/**
 * The certificates by SIP domain. A handshake gets the files as they are on disk: each pair is looked at
 * when it is wanted, at most every `reloadCheckMs`, so the cost does not grow with the number of domains.
 * A pair that does not load (half written, key of another certificate) leaves the old one in use.
 */
export class CertificateStore {
  readonly options: TlsOptions;
  readonly ca: Buffer | undefined;
  readonly #clock: EngineClock;
  readonly #logger: EngineLogger;
  readonly #byName = new Map<string, Entry>();
  #entries: readonly Entry[] = [];

  /** @throws TransportFault `tls` when one of the files cannot be loaded. */
  constructor(options: TlsOptions, clock: EngineClock, logger: EngineLogger) {
    this.options = options;
    this.#clock = clock;
    this.#logger = logger;
    try {
      this.ca = options.caFile === undefined ? undefined : readFileSync(options.caFile);
    } catch (error) {
      throw new TransportFault('tls', `cannot read ${options.caFile}`, error);
    }
    this.replace(options.certificates);
  }

  /**
   * Takes another set of certificates, all or none of it.
   * @throws TransportFault `tls` when one of the files cannot be loaded; the old set stays.
   */
  replace(certificates: readonly CertificateFiles[]): void {
    this.#entries = certificates.map((files) => this.#load(files));
    this.#index();
  }

  /** Reads every pair again now. @throws TransportFault `tls`; the old set stays. */
  reload(): void {
    this.replace(this.#entries.map(({ files }) => files));
  }

  /** The context for a server name: exact, then `*.parent`, then the default. `undefined` when there is no certificate. */
  contextFor(serverName: string | undefined): SecureContext | undefined {
    const entry = this.#find(serverName);
    if (entry === undefined) return undefined;
    this.#refresh(entry);
    return entry.context;
  }

  /** What the default context is made of; another object after a reload. */
  get defaultMaterial(): SecureContextOptions {
    const entry = this.#entries[0];
    if (entry === undefined) return {};
    this.#refresh(entry);
    return entry.material;
  }

  #find(serverName: string | undefined): Entry | undefined {
    if (serverName === undefined || serverName === '') return this.#entries[0];
    const name = serverName.toLowerCase();
    const parent = name.slice(name.indexOf('.') + 1);
    return this.#byName.get(name) ?? this.#byName.get(`*.${parent}`) ?? this.#entries[0];
  }

  #refresh(entry: Entry): void {
    const now = this.#clock.nowMs();
    if (now - entry.checkedMs < (this.options.reloadCheckMs ?? DEFAULT_CHECK_MS)) return;
    entry.checkedMs = now;
    try {
      if (stampOf(entry.files) === entry.stamp) return;
      const { context, material, names, stamp } = this.#load(entry.files);
      Object.assign(entry, { context, material, names, stamp });
      this.#index();
      this.#logger.info({ certFile: entry.files.certFile, names }, 'certificate reloaded');
    } catch (error) {
      this.#logger.warn({ err: error, certFile: entry.files.certFile }, 'certificate not reloaded, the old one stays');
    }
  }

  #load(files: CertificateFiles): Entry {
    try {
      const stamp = stampOf(files);
      const cert = readFileSync(files.certFile);
      const key = readFileSync(files.keyFile);
      const own = new X509Certificate(cert);
      const { ca, options } = this;
      const minVersion = options.minVersion ?? 'TLSv1.2';
      const material = { cert, key, minVersion, ...(ca === undefined ? {} : { ca }) };
      const context = createSecureContext(material);
      const names = files.serverNames?.map((name) => name.toLowerCase()) ?? certificateNames(own);
      return { files, context, material, names, stamp, checkedMs: this.#clock.nowMs() };
    } catch (error) {
      throw new TransportFault('tls', `cannot load ${files.certFile} with ${files.keyFile}`, error);
    }
  }

  #index(): void {
    this.#byName.clear();
    for (const entry of this.#entries) {
      for (const name of entry.names) if (!this.#byName.has(name)) this.#byName.set(name, entry);
    }
  }
}

function stampOf({ certFile, keyFile }: CertificateFiles): string {
  return [certFile, keyFile]
    .map((file) => {
      const { mtimeMs, size, ino } = statSync(file);
      return `${mtimeMs}/${size}/${ino}`;
    })
    .join(' ');
}
