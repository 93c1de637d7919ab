/** Everything the server can be told, after file and environment were read; frozen. */
export interface Config {
  readonly dataDir: string;
  /** The platform realm. */
  readonly domain: string;
  readonly sip: SipConfig;
  readonly http: { readonly host: string; readonly port: number };
  readonly metrics: { readonly host: string; readonly port: number; readonly maxTrunks: number };
  readonly engine: EngineConfig;
  readonly registration: RegistrationConfig;
  readonly auth: AuthConfig;
  readonly calls: CallsConfig;
  readonly rateLimits: boolean;
  readonly renewal: RenewalConfig;
  /** Signs the notices of the simulated payment provider; `undefined`: there is no provider. */
  readonly payments: { readonly secret: string | undefined };
  /** Where charges and postings are told: files, or servers with a Bearer token. */
  readonly moneyExport: { readonly to: readonly string[]; readonly token: string | undefined };
  /** An operator's own prepaid service, with its Bearer token. */
  readonly billingService: {
    readonly url: string | undefined;
    readonly token: string | undefined;
    /** Whether it prices ended calls; while it is silent they wait, or go by their decks. */
    readonly rating: 'off' | 'wait' | 'deck';
  };
  readonly webhookAllow: readonly string[];
  /** Whether tenants must show by DNS that a SIP domain is theirs. */
  readonly domains: { readonly verify: boolean };
  /** What firewalls in front of PBXes must let in (F-127); empty: as far as it is known otherwise. */
  readonly publishedAddresses: readonly string[];
  /** `undefined`: made in the data directory. */
  readonly secretKeyFile: string | undefined;
  /** `undefined`: better-sqlite3 in the data directory. */
  readonly databaseUrl: string | undefined;
  /** `undefined`: live state in memory. */
  readonly redisUrl: string | undefined;
  readonly log: { readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'; readonly pretty: boolean };
}

export interface SipConfig {
  /** Bind addresses; empty means all, IPv4 and IPv6. */
  readonly hosts: readonly string[];
  readonly port: number;
  readonly tlsPort: number;
  readonly wsPort: number | undefined;
  readonly wssPort: number | undefined;
  /** SIP goes to these (`address:port`) and to whoever was heard from, and to nobody else; only test worlds have it. */
  readonly onlyPeers?: readonly string[];
  /** `host` or `host:port` told to peers. */
  readonly external: string | undefined;
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  /** Certificates of single SIP domains, files named after them. */
  readonly tlsCertDir: string | undefined;
  /** Who vouches for peers' certificates; `undefined`: the public authorities. */
  readonly tlsCaFile: string | undefined;
  readonly tlsClientCertificates: 'none' | 'request' | 'require';
  /** Some certificate is configured, so the TLS port is listened on. */
  readonly hasTls: boolean;
  readonly t1Ms: number;
  readonly mtuBytes: number;
  /** SIP threads that share the ports, so that calls use more than one core. */
  readonly workers: number;
  /** Many datagrams are read and written by one call, where the system can. */
  readonly udpBatches: boolean;
  /** Of these, several of one length to one address are given to the system as one. */
  readonly udpSegments: boolean;
  /** Realm for REGISTER to an IP literal, localhost or our own name; `'off'` refuses. `undefined`: the platform realm. */
  readonly defaultRealm: string | undefined;
  /** User-Agent substrings dropped silently, before a transaction. */
  readonly scanners: readonly string[];
}

export type EngineConfig =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'drachtio'; readonly host: string; readonly port: number; readonly secret: string };

export interface RegistrationConfig {
  readonly minExpiresSec: number;
  readonly maxExpiresSec: number;
  readonly defaultExpiresSec: number;
  readonly maxContacts: number;
  /** OPTIONS probing of bindings; 0 switches it off. */
  readonly probeIntervalSec: number;
  readonly flapDampingSec: number;
}

export interface AuthConfig {
  readonly nonceLifetimeSec: number;
  readonly algorithms: readonly ('MD5' | 'SHA-256' | 'SHA-512-256')[];
  /** Never banned, never rate limited. */
  readonly trustedNetworks: readonly string[];
  readonly banIdentitiesPerMinute: number;
  readonly banFirstSec: number;
  readonly banMaxSec: number;
}

export interface RenewalConfig {
  /** Days from a failed renewal until the number is released (A15). */
  readonly graceDays: number;
  /** Days before a renewal on which it is announced. */
  readonly reminderDays: readonly number[];
  /** Whether the unused days of a number that is released early are given back. */
  readonly prorate: boolean;
}

export interface CallsConfig {
  /** Give up ringing after this. */
  readonly ringTimeoutSec: number;
  readonly maxDurationSec: number;
  /** How long SIGTERM waits for calls. */
  readonly drainSec: number;
  /** Ceilings of ancestors count too (A14). */
  readonly cacHierarchical: boolean;
  /**
   * Private addresses (CIDR) that numbers, IP trunks and disaster destinations may send calls to, beyond public ones.
   * @default all
   */
  readonly targetAllow?: readonly string[] | undefined;
  /** PEM of the P-256 key that signs caller numbers towards carriers (RFC 8224); with the URL of its certificate. */
  readonly stirKeyFile?: string | undefined;
  readonly stirCertificateUrl?: string | undefined;
}
