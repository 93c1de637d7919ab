import {
  boolean,
  domain,
  host,
  hostPort,
  httpUrl,
  integer,
  type Kind,
  listOf,
  network,
  oneOf,
  port,
  text,
} from './kinds.ts';

/** One setting: its place in the file, its variable if it has one, what it takes, what it is otherwise. */
export interface Field<T = unknown> {
  readonly path: string;
  readonly env?: string;
  readonly kind: Kind<T>;
  readonly fallback: T | undefined;
}

const field = <T>(path: string, kind: Kind<T>, fallback: NoInfer<T> | undefined, env?: string): Field<T> =>
  env === undefined ? { path, kind, fallback } : { path, kind, fallback, env };

const optional = <T>(path: string, kind: Kind<T>, env?: string): Field<T | undefined> =>
  field<T | undefined>(path, kind, undefined, env);

const seconds = (min: number, max: number) => integer(min, max, 'seconds');

/** Every setting there is. The loader, the example file and its test all walk this table. */
export const FIELDS = {
  dataDir: field('data_dir', text, './data', 'DIDFARM_DATA_DIR'),
  domain: field('domain', domain, 'sip.didfarm.com', 'DIDFARM_DOMAIN'),
  sipHosts: field('sip.hosts', listOf(host), [], 'DIDFARM_SIP_HOST'),
  sipPort: field('sip.port', port, 5060, 'DIDFARM_SIP_PORT'),
  sipTlsPort: field('sip.tls_port', port, 5061, 'DIDFARM_SIP_TLS_PORT'),
  sipWsPort: optional('sip.ws_port', port, 'DIDFARM_SIP_WS_PORT'),
  sipWssPort: optional('sip.wss_port', port, 'DIDFARM_SIP_WSS_PORT'),
  sipExternal: optional('sip.external', hostPort, 'DIDFARM_SIP_EXTERNAL'),
  sipTlsCertFile: optional('sip.tls_cert_file', text, 'DIDFARM_TLS_CERT_FILE'),
  sipTlsKeyFile: optional('sip.tls_key_file', text, 'DIDFARM_TLS_KEY_FILE'),
  sipTlsCertDir: optional('sip.tls_cert_dir', text, 'DIDFARM_TLS_CERT_DIR'),
  sipTlsCaFile: optional('sip.tls_ca_file', text, 'DIDFARM_TLS_CA_FILE'),
  sipTlsClientCertificates: field('sip.tls_client_certificates', oneOf('none', 'request', 'require'), 'none'),
  sipT1Ms: field('sip.t1_ms', integer(10, 4000, 'milliseconds'), 500),
  sipMtuBytes: field('sip.mtu_bytes', integer(576, 65_507, 'bytes'), 1500),
  sipWorkers: field('sip.workers', integer(1, 16, 'threads'), 1, 'DIDFARM_SIP_WORKERS'),
  sipUdpBatches: field('sip.udp_batches', boolean, true, 'DIDFARM_SIP_UDP_BATCHES'),
  sipUdpSegments: field('sip.udp_segments', boolean, true, 'DIDFARM_SIP_UDP_SEGMENTS'),
  sipDefaultRealm: optional('sip.default_realm', text),
  sipScanners: field('sip.scanners', listOf(text), [
    'friendly-scanner',
    'sipvicious',
    'pplsip',
    'sipcli',
    'VaxSIPUserAgent',
  ]),
  httpHost: field('http.host', host, '127.0.0.1', 'DIDFARM_HTTP_HOST'),
  httpPort: field('http.port', port, 8080, 'DIDFARM_HTTP_PORT'),
  metricsHost: field('metrics.host', host, '127.0.0.1', 'DIDFARM_METRICS_HOST'),
  metricsPort: field('metrics.port', port, 9090, 'DIDFARM_METRICS_PORT'),
  metricsMaxTrunks: field('metrics.max_trunks', integer(0, 100_000), 1000),
  engineKind: field('engine.kind', oneOf('embedded', 'drachtio'), 'embedded', 'SIP_ENGINE'),
  engineHost: field('engine.drachtio_host', host, '127.0.0.1', 'DRACHTIO_HOST'),
  enginePort: field('engine.drachtio_port', port, 9022, 'DRACHTIO_PORT'),
  engineSecret: field('engine.drachtio_secret', text, 'cymru', 'DRACHTIO_SECRET'),
  minExpiresSec: field('registration.min_expires_sec', seconds(10, 86_400), 60),
  maxExpiresSec: field('registration.max_expires_sec', seconds(60, 604_800), 3600),
  defaultExpiresSec: field('registration.default_expires_sec', seconds(60, 604_800), 3600),
  maxContacts: field('registration.max_contacts', integer(1, 100), 3),
  probeIntervalSec: field('registration.probe_interval_sec', seconds(0, 3600), 60, 'DIDFARM_PROBE_INTERVAL_SEC'),
  flapDampingSec: field('registration.flap_damping_sec', seconds(0, 600), 10),
  nonceLifetimeSec: field('auth.nonce_lifetime_sec', seconds(5, 86_400), 300),
  algorithms: field('auth.algorithms', listOf(oneOf('MD5', 'SHA-256', 'SHA-512-256')), ['MD5', 'SHA-256']),
  trustedNetworks: field('auth.trusted_networks', listOf(network), []),
  banIdentitiesPerMinute: field('auth.ban_identities_per_minute', integer(1, 10_000), 10),
  banFirstSec: field('auth.ban_first_sec', seconds(1, 86_400), 300),
  banMaxSec: field('auth.ban_max_sec', seconds(1, 604_800), 86_400),
  ringTimeoutSec: field('calls.ring_timeout_sec', seconds(1, 600), 120),
  maxDurationSec: field('calls.max_duration_sec', seconds(10, 604_800), 14_400),
  drainSec: field('calls.drain_sec', seconds(0, 3600), 30),
  cacHierarchical: field('calls.cac_hierarchical', boolean, true),
  targetAllow: optional('calls.target_allow', listOf(network), 'DIDFARM_TARGET_ALLOW'),
  stirKeyFile: optional('calls.stir_key_file', text),
  stirCertificateUrl: optional('calls.stir_certificate_url', text),
  rateLimits: field('rate_limits', boolean, true, 'DIDFARM_RATE_LIMITS'),
  renewalGraceDays: field('renewal.grace_days', integer(0, 365, 'days'), 7),
  renewalReminderDays: field('renewal.reminder_days', listOf(integer(1, 28, 'days')), [7, 3, 1]),
  renewalProrate: field('renewal.prorate', boolean, false),
  paymentSecret: optional('payments.secret', text, 'DIDFARM_PAYMENT_SECRET'),
  moneyExportTo: field('money_export.to', listOf(text), [], 'DIDFARM_MONEY_EXPORT'),
  moneyExportToken: optional('money_export.token', text, 'DIDFARM_MONEY_EXPORT_TOKEN'),
  billingServiceUrl: optional('billing_service.url', httpUrl, 'DIDFARM_BILLING_SERVICE'),
  billingServiceToken: optional('billing_service.token', text, 'DIDFARM_BILLING_SERVICE_TOKEN'),
  billingServiceRating: field('billing_service.rating', oneOf('off', 'wait', 'deck'), 'off'),
  webhookAllow: field('webhooks.allow', listOf(network), [], 'DIDFARM_WEBHOOK_ALLOW'),
  domainsVerify: field('domains.verify', boolean, true, 'DIDFARM_DOMAINS_VERIFY'),
  publishedAddresses: field('sip.published_addresses', listOf(network), []),
  secretKeyFile: optional('secret_key_file', text, 'DIDFARM_SECRET_KEY_FILE'),
  databaseUrl: optional('database_url', text, 'DATABASE_URL'),
  redisUrl: optional('redis_url', text, 'REDIS_URL'),
  logLevel: field('log.level', oneOf('trace', 'debug', 'info', 'warn', 'error'), 'info'),
  logPretty: field('log.pretty', boolean, false),
} as const;

export type FieldName = keyof typeof FIELDS;
