import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/index.ts';
import { listCertificates } from '../../sip-engine/index.ts';
import type { Finding } from './run-doctor.ts';

const SOON_DAYS = 21;
const DAY_MS = 86_400_000;

interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
  readonly domain: string;
}

/** Every certificate can be read, fits its key, names its domain and is valid for a while. */
export function checkCertificate(config: Config): readonly Finding[] {
  const { tlsCertFile: certFile, tlsKeyFile: keyFile, tlsCertDir } = config.sip;
  const platform =
    certFile === undefined || keyFile === undefined ? [] : checkPair({ certFile, keyFile, domain: config.domain });
  return tlsCertDir === undefined ? platform : [...platform, ...checkDirectory(tlsCertDir)];
}

function checkDirectory(directory: string): readonly Finding[] {
  try {
    return listCertificates(directory).flatMap(checkPair);
  } catch (error) {
    return [{ check: 'certificate', level: 'fault', text: `cannot be read: ${(error as Error).message}` }];
  }
}

function checkPair({ certFile, keyFile, domain }: Pair): readonly Finding[] {
  const check = 'certificate';
  try {
    const certificate = new X509Certificate(readFileSync(certFile));
    const key = createPrivateKey(readFileSync(keyFile));
    if (!certificate.checkPrivateKey(key)) {
      return [{ check, level: 'fault', text: `${keyFile} is not the key of ${certFile}` }];
    }
    return [checkDates(certificate, domain), ...checkName(certificate, domain)];
  } catch (error) {
    return [{ check, level: 'fault', text: `cannot be read: ${(error as Error).message}` }];
  }
}

function checkDates(certificate: X509Certificate, domain: string): Finding {
  const check = 'certificate';
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
  const text = `of ${domain} valid until ${certificate.validTo}`;
  if (days < 0)
    return { check, level: 'fault', text: `of ${domain} expired ${certificate.validTo}`, remedy: 'Renew it.' };
  if (days < SOON_DAYS) return { check, level: 'warning', text, remedy: 'Renew it soon.' };
  return { check, level: 'ok', text };
}

function checkName(certificate: X509Certificate, domain: string): readonly Finding[] {
  if (certificate.checkHost(domain) !== undefined) return [];
  const text = `does not name ${domain}`;
  return [{ check: 'certificate', level: 'warning', text, remedy: 'PBXes that verify it will refuse to connect.' }];
}
