import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CallsConfig } from '../../config/index.ts';
import { StartError } from '../start-error.ts';

/**
 * The key that signs caller numbers, as configured.
 * @throws StartError when half of it is missing, or the file holds no P-256 key
 */
export function readIdentityKey({ stirKeyFile, stirCertificateUrl }: CallsConfig) {
  if (stirKeyFile === undefined && stirCertificateUrl === undefined) return undefined;
  if (stirKeyFile === undefined || stirCertificateUrl === undefined) {
    throw new StartError('calls.stir_key_file and calls.stir_certificate_url go together: set both or neither');
  }
  try {
    const keyPem = readFileSync(stirKeyFile, 'utf8');
    if (createPrivateKey(keyPem).asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw new RangeError('not on P-256');
    return { keyPem, certificateUrl: stirCertificateUrl };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StartError(`calls.stir_key_file ${stirKeyFile} is no private key for ES256: ${why}`);
  }
}
