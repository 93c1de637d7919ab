import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';

/** A tenant file as the API takes it, with what its references stand for. */
export interface TenantFileBody {
  readonly yaml: string;
  readonly name: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** @throws CliError when it cannot be read */
export function readTenantFile(context: CliContext, file: string): TenantFileBody {
  return tenantFileBody(context, readText(file), file);
}

/** The body of requests about a tenant file of that text and name. */
export function tenantFileBody(context: CliContext, yaml: string, file: string): TenantFileBody {
  return { yaml, name: file.slice(-255), secrets: readSecrets(yaml, file, context.env) };
}

/** @throws CliError when it cannot be read */
export function readText(file: string, exitCode?: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw new CliError(`${file} is not a text in UTF-8: save it in that encoding`, exitCode);
    throw new CliError(`${file} cannot be read (${code})`, exitCode);
  }
}

/**
 * What the references `{env: NAME}` and `{file: PATH}` of a tenant file stand for, read here: the server sees
 * neither our environment nor our files. Paths are relative to the tenant file. Missing ones are left out,
 * and the server names them with their line.
 */
export function readSecrets(
  yaml: string,
  tenantFile: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const secrets: Record<string, string> = {};
  // Most files have none: ten thousand trunks are not read once more for them.
  if (!/\b(?:env|file)\b/.test(yaml)) return secrets;
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    const { env: variable, file } = node as { readonly env?: unknown; readonly file?: unknown };
    if (typeof variable === 'string' && env[variable] !== undefined) secrets[`env:${variable}`] = env[variable];
    const text = typeof file === 'string' ? readSecretFile(resolve(dirname(tenantFile), file)) : undefined;
    if (text !== undefined) secrets[`file:${String(file)}`] = text;
    for (const child of Object.values(node)) visit(child);
  };
  for (const document of parseAllDocuments(yaml)) {
    if ('errors' in document && document.errors.length === 0) visit(document.toJS());
  }
  return secrets;
}

function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}
