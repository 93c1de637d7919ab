import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, EngineConfig } from './config.ts';
import type { ConfigFault } from './config-error.ts';
import type { FIELDS, Field, FieldName } from './fields.ts';
import { LOOPBACK, SITE_NETWORKS } from './open-addresses.ts';

/** What each field reads to; those without a fallback may be absent. */
export type Values = {
  readonly [Name in FieldName]: (typeof FIELDS)[Name] extends Field<infer T> ? T : never;
};

/** Puts the flat values into the shape that the product reads, and checks what concerns several of them. */
export function buildConfig(values: Values, faults: ConfigFault[], willBeDemo = false): Config {
  checkTogether(values, faults);
  return deepFreeze({
    dataDir: values.dataDir,
    domain: values.domain,
    sip: buildSip(values),
    http: { host: values.httpHost, port: values.httpPort },
    metrics: { host: values.metricsHost, port: values.metricsPort, maxTrunks: values.metricsMaxTrunks },
    engine: buildEngine(values),
    registration: {
      minExpiresSec: values.minExpiresSec,
      maxExpiresSec: values.maxExpiresSec,
      defaultExpiresSec: values.defaultExpiresSec,
      maxContacts: values.maxContacts,
      probeIntervalSec: values.probeIntervalSec,
      flapDampingSec: values.flapDampingSec,
    },
    auth: {
      nonceLifetimeSec: values.nonceLifetimeSec,
      algorithms: values.algorithms,
      trustedNetworks: values.trustedNetworks,
      banIdentitiesPerMinute: values.banIdentitiesPerMinute,
      banFirstSec: values.banFirstSec,
      banMaxSec: values.banMaxSec,
    },
    calls: {
      ringTimeoutSec: values.ringTimeoutSec,
      maxDurationSec: values.maxDurationSec,
      drainSec: values.drainSec,
      cacHierarchical: values.cacHierarchical,
      targetAllow: values.targetAllow ?? usualTargets(values, willBeDemo),
      stirKeyFile: values.stirKeyFile,
      stirCertificateUrl: values.stirCertificateUrl,
    },
    rateLimits: values.rateLimits,
    renewal: {
      graceDays: values.renewalGraceDays,
      reminderDays: values.renewalReminderDays,
      prorate: values.renewalProrate,
    },
    payments: { secret: values.paymentSecret },
    moneyExport: { to: values.moneyExportTo, token: values.moneyExportToken },
    billingService: {
      url: values.billingServiceUrl,
      token: values.billingServiceToken,
      rating: values.billingServiceRating,
    },
    webhookAllow: values.webhookAllow,
    domains: { verify: values.domainsVerify },
    publishedAddresses: values.publishedAddresses,
    secretKeyFile: values.secretKeyFile,
    databaseUrl: values.databaseUrl,
    redisUrl: values.redisUrl,
    log: { level: values.logLevel, pretty: values.logPretty },
  });
}

function buildSip(values: Values): Config['sip'] {
  return {
    hosts: values.sipHosts,
    port: values.sipPort,
    tlsPort: values.sipTlsPort,
    wsPort: values.sipWsPort,
    wssPort: values.sipWssPort,
    external: values.sipExternal,
    tlsCertFile: values.sipTlsCertFile,
    tlsKeyFile: values.sipTlsKeyFile,
    tlsCertDir: values.sipTlsCertDir,
    tlsCaFile: values.sipTlsCaFile,
    tlsClientCertificates: values.sipTlsClientCertificates,
    hasTls: hasTls(values),
    t1Ms: values.sipT1Ms,
    mtuBytes: values.sipMtuBytes,
    workers: values.sipWorkers,
    udpBatches: values.sipUdpBatches,
    udpSegments: values.sipUdpSegments,
    defaultRealm: values.sipDefaultRealm,
    scanners: values.sipScanners,
  };
}

/**
 * PBXes are usually in the operator's own networks; who sells to strangers closes these. The demo world is played on
 * loopback, and a server that listens there alone serves nobody else.
 */
function usualTargets({ sipHosts, dataDir }: Values, willBeDemo: boolean): readonly string[] {
  const isHere = sipHosts?.length > 0 && sipHosts.every((host) => /^(127\.|::1$|localhost$)/.test(host));
  const isAlone = isHere || willBeDemo || existsSync(join(dataDir ?? '', 'demo.json'));
  return isAlone ? [...SITE_NETWORKS, ...LOOPBACK] : SITE_NETWORKS;
}

function hasTls({ sipTlsCertFile, sipTlsCertDir }: Values): boolean {
  return sipTlsCertFile !== undefined || sipTlsCertDir !== undefined;
}

function buildEngine(values: Values): EngineConfig {
  if (values.engineKind === 'embedded') return { kind: 'embedded' };
  return { kind: 'drachtio', host: values.engineHost, port: values.enginePort, secret: values.engineSecret };
}

function checkTogether(values: Values, faults: ConfigFault[]): void {
  if ((values.sipTlsCertFile === undefined) !== (values.sipTlsKeyFile === undefined)) {
    faults.push({ path: 'sip.tls_cert_file', message: 'and sip.tls_key_file go together, expected both or neither' });
  }
  if (values.sipWssPort !== undefined && !hasTls(values)) {
    const message = 'needs a certificate, expected sip.tls_cert_file and sip.tls_key_file, or sip.tls_cert_dir';
    faults.push({ path: 'sip.wss_port', message });
  }
  checkWorkers(values, faults);
  if (values.minExpiresSec > values.maxExpiresSec) {
    const message = `${values.minExpiresSec} is above registration.max_expires_sec (${values.maxExpiresSec})`;
    faults.push({ path: 'registration.min_expires_sec', message });
  }
  if (values.billingServiceRating !== 'off' && values.billingServiceUrl === undefined) {
    faults.push({ path: 'billing_service.rating', message: 'needs a service, expected billing_service.url' });
  }
  if (values.algorithms?.length === 0) {
    faults.push({ path: 'auth.algorithms', message: '[] is not allowed, expected at least one algorithm' });
  }
}

/** Threads share UDP ports by SO_REUSEPORT, which spreads datagrams on Linux alone; a drachtio-server has its own. */
function checkWorkers({ sipWorkers, engineKind }: Values, faults: ConfigFault[]): void {
  if (!(sipWorkers > 1)) return;
  if (engineKind !== 'embedded')
    faults.push({
      path: 'sip.workers',
      message: `${sipWorkers} needs the embedded engine, expected 1 with engine.kind drachtio`,
    });
  if (process.platform !== 'linux')
    faults.push({ path: 'sip.workers', message: `${sipWorkers} needs Linux, expected 1 on ${process.platform}` });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
