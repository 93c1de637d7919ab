import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from './certificate.ts';

/**
 * The certificates of a directory, each named after the SIP domain it is for: `DOMAIN.pem` (or `.crt`) beside
 * `DOMAIN.key`, or as certbot has it `DOMAIN/fullchain.pem` beside `DOMAIN/privkey.pem`.
 * @throws the system's error when the directory cannot be read.
 */
export function listCertificates(directory: string): readonly (CertificateFiles & { readonly domain: string })[] {
  const entries = readdirSync(directory, { withFileTypes: true });
  return entries.flatMap((entry) => pairOf(directory, entry)).sort((a, b) => (a.domain < b.domain ? -1 : 1));
}

const DOMAIN = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

function pairOf(directory: string, entry: Dirent): (CertificateFiles & { readonly domain: string })[] {
  const path = join(directory, entry.name);
  const file = /^(.+)\.(?:pem|crt)$/.exec(entry.name)?.[1];
  if (file !== undefined && DOMAIN.test(file)) {
    return [{ certFile: path, keyFile: join(directory, `${file}.key`), domain: file.toLowerCase() }];
  }
  // The files may come after their directory; what else lies there has no dot in its name, or is a file.
  const isMeant = !entry.isFile() && entry.name.includes('.') && DOMAIN.test(entry.name);
  const pair = { certFile: join(path, 'fullchain.pem'), keyFile: join(path, 'privkey.pem') };
  return isMeant ? [{ ...pair, domain: entry.name.toLowerCase() }] : [];
}
