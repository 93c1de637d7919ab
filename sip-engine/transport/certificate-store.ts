import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { EngineClock, EngineLogger } from '../ports.ts';
import { Certificate, type CertificateFiles, fileStamp, type SharedContextOptions } from './certificate.ts';
import { listCertificates } from './certificate-directory.ts';

export interface TlsOptions {
  /** The first one is shown to peers that send no server name, or one nobody knows. */
  readonly certificates: readonly CertificateFiles[];
  /**
   * More certificates, named after their SIP domains: `DOMAIN.pem` (or `.crt`) with `DOMAIN.key`, or
   * `DOMAIN/fullchain.pem` with `DOMAIN/privkey.pem`. They may come and go while we run.
   */
  readonly directory?: string;
  /** Domain whose certificate takes the place of the first one, where that is not given or cannot be loaded. */
  readonly defaultDomain?: string;
  /** PEM of the authorities trusted for peers' certificates. @default Node's own list */
  readonly caFile?: string;
  /** Mutual TLS on incoming connections: `request` takes peers without one too. @default 'none' */
  readonly clientCertificates?: 'none' | 'request' | 'require';
  /** Check the certificates of servers we connect to. @default true */
  readonly verifyServers?: boolean;
  /** @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** How often, at most, files are looked at when a handshake wants them, milliseconds. @default 2000 */
  readonly reloadCheckMs?: number;
}

const DEFAULT_CHECK_MS = 2_000;

/**
 * The certificates by SIP domain. A handshake gets the files as they are on disk: each pair is looked at when it is
 * wanted, at most every `reloadCheckMs`, so the cost does not grow with the number of domains. What is missing or
 * broken is logged; it keeps neither the others nor the listening socket from working.
 */
export class CertificateStore {
  readonly options: TlsOptions;
  readonly #clock: EngineClock;
  readonly #logger: EngineLogger;
  readonly #checkMs: number;
  readonly #given: readonly Certificate[];
  #listed: ReadonlyMap<string, Certificate> = new Map();
  #listedFor = '';
  #lookedMs = Number.NEGATIVE_INFINITY;
  #byName: ReadonlyMap<string, Certificate> = new Map();
  #shared: SharedContextOptions;
  #sharedFor = '';
  #bare: { readonly shared: SharedContextOptions; readonly context: SecureContext } | undefined;

  constructor(options: TlsOptions, clock: EngineClock, logger: EngineLogger) {
    this.options = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#checkMs = options.reloadCheckMs ?? DEFAULT_CHECK_MS;
    this.#given = options.certificates.map((files) => new Certificate(files, logger));
    this.#shared = { minVersion: options.minVersion ?? 'TLSv1.2' };
    for (const certificate of this.#given) certificate.refresh(clock.nowMs(), this.#checkMs);
    this.#look();
    this.#index();
  }

  /**
   * The context for a server name: the one named for it, one that has it, `*.parent`, then the default.
   * `undefined` when there is none that could be loaded.
   */
  contextFor(serverName: string | undefined): SecureContext | undefined {
    this.#look();
    return this.#named(serverName)?.context(this.#shared) ?? this.#default()?.context(this.#shared);
  }

  /** Whether that server name is shown a certificate that is named for it or has it, rather than the default. */
  hasOwn(serverName: string): boolean {
    this.#look();
    return this.#named(serverName)?.material(this.#shared) !== undefined;
  }

  /** What we show to servers that ask, and whom of them we trust. */
  get outgoingContext(): SecureContext {
    const context = this.contextFor(undefined);
    if (context !== undefined) return context;
    if (this.#bare?.shared !== this.#shared) {
      this.#bare = { shared: this.#shared, context: createSecureContext(this.#shared) };
    }
    return this.#bare.context;
  }

  /** What the default context is made of; another object after a reload. */
  get defaultMaterial(): SecureContextOptions {
    this.#look();
    return this.#default()?.material(this.#shared) ?? this.#shared;
  }

  /** The one named for it, or `*.parent`; of the two one that could be loaded, if there is. */
  #named(serverName: string | undefined): Certificate | undefined {
    if (serverName === undefined || serverName === '') return undefined;
    const name = serverName.toLowerCase();
    const parent = name.slice(name.indexOf('.') + 1);
    const found = [this.#byName.get(name), this.#byName.get(`*.${parent}`)].filter((each) => each !== undefined);
    return found.find((each) => this.#refreshed(each).material(this.#shared) !== undefined) ?? found[0];
  }

  #default(): Certificate | undefined {
    const [first] = this.#given;
    if (first !== undefined && this.#refreshed(first).material(this.#shared) !== undefined) return first;
    const named = this.#byName.get(this.options.defaultDomain?.toLowerCase() ?? '');
    return named === undefined ? undefined : this.#refreshed(named);
  }

  #refreshed(certificate: Certificate): Certificate {
    if (certificate.refresh(this.#clock.nowMs(), this.#checkMs)) this.#index();
    return certificate;
  }

  /** Sees, at most every `reloadCheckMs`, whether authorities or the list of domains have changed. */
  #look(): void {
    const now = this.#clock.nowMs();
    if (now - this.#lookedMs < this.#checkMs) return;
    this.#lookedMs = now;
    const { caFile, directory } = this.options;
    if (caFile !== undefined) this.#readAuthorities(caFile);
    if (directory !== undefined) this.#list(directory, now);
  }

  #readAuthorities(caFile: string): void {
    const stamp = fileStamp(caFile);
    if (stamp === this.#sharedFor) return;
    this.#sharedFor = stamp;
    const { minVersion } = this.#shared;
    try {
      const next = { ca: readFileSync(caFile), minVersion };
      createSecureContext(next);
      this.#shared = next;
    } catch (error) {
      this.#logger.error({ err: error, caFile }, 'the authorities for peers cannot be read');
      // Nobody is trusted, rather than everybody whom a public authority knows.
      if (this.#shared.ca === undefined) this.#shared = { ca: [], minVersion };
    }
  }

  #list(directory: string, nowMs: number): void {
    const stamp = fileStamp(directory);
    if (stamp === this.#listedFor) return;
    this.#listedFor = stamp;
    try {
      const listed = listCertificates(directory).map(({ domain, ...files }) => {
        const known = this.#listed.get(domain);
        const isSame = known?.files.certFile === files.certFile;
        const certificate = isSame ? known : new Certificate(files, this.#logger);
        certificate.refresh(nowMs, this.#checkMs);
        return [domain, certificate] as const;
      });
      this.#listed = new Map(listed);
      this.#index();
      this.#logger.info({ directory, domains: this.#listed.size }, 'certificates by domain');
    } catch (error) {
      this.#logger.error({ err: error, directory }, 'the directory of certificates cannot be read');
    }
  }

  /** What is named for a domain comes before what merely has its name. */
  #index(): void {
    const byName = new Map<string, Certificate>(this.#listed);
    const add = (names: readonly string[], certificate: Certificate) => {
      for (const name of names) if (!byName.has(name.toLowerCase())) byName.set(name.toLowerCase(), certificate);
    };
    for (const certificate of this.#given) add(certificate.files.serverNames ?? certificate.names, certificate);
    for (const certificate of this.#listed.values()) add(certificate.names, certificate);
    this.#byName = byName;
  }
}
