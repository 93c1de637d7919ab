import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { checkCertificate } from '../sip-engine/index.ts';
import type { EngineArguments } from './engine-arguments.ts';
import { appCertificate } from './engine-settings.ts';

/**
 * Sees that every file named on the command line is there and is what it should be: at the start a broken one is a
 * mistake of who starts it, later only a reload that has to wait. @throws Error whose message names the file.
 */
export function checkEngineFiles(options: EngineArguments): void {
  const own = appCertificate(options);
  for (const files of [...(own === undefined ? [] : [own]), ...(options.tlsDomain ?? [])]) checkCertificate(files);
  for (const file of [options.tlsCa, options.appCa]) if (file !== undefined) checkAuthorities(file);
}

function checkAuthorities(file: string): void {
  let pem: Buffer;
  try {
    pem = readFileSync(file);
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new Error(`${file} is no PEM certificate`, { cause: error });
  }
}
