import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/index.ts';
import type { Finding } from './run-doctor.ts';

const SOON_DAYS = 21;
const DAY_MS = 86_400_000;

/** The certificate can be read, fits its key, names the domain and is valid for a while. */
export function checkCertificate(config: Config): readonly Finding[] {
  const check = 'certificate';
  const { tlsCertFile, tlsKeyFile } = config.sip;
  if (tlsCertFile === undefined || tlsKeyFile === undefined) return [];
  try {
    const certificate = new X509Certificate(readFileSync(tlsCertFile));
    const key = createPrivateKey(readFileSync(tlsKeyFile));
    if (!certificate.checkPrivateKey(key)) {
      return [{ check, level: 'fault', text: `${tlsKeyFile} is not the key of ${tlsCertFile}` }];
    }
    return [checkDates(certificate), ...checkName(certificate, config.domain)];
  } catch (error) {
    return [{ check, level: 'fault', text: `cannot be read: ${(error as Error).message}` }];
  }
}

function checkDates(certificate: X509Certificate): Finding {
  const check = 'certificate';
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
  const text = `valid until ${certificate.validTo}`;
  if (days < 0) return { check, level: 'fault', text: `expired ${certificate.validTo}`, remedy: 'Renew it.' };
  if (days < SOON_DAYS) return { check, level: 'warning', text, remedy: 'Renew it soon.' };
  return { check, level: 'ok', text };
}

function checkName(certificate: X509Certificate, domain: string): readonly Finding[] {
  if (certificate.checkHost(domain) !== undefined) return [];
  const text = `does not name ${domain}`;
  return [{ check: 'certificate', level: 'warning', text, remedy: 'PBXes that verify it will refuse to connect.' }];
}
