import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';

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
