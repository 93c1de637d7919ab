import { CliError } from '../cli-error.ts';
import { readText } from '../tenant-secrets.ts';
import type { LiveIdentity } from './live-endpoint.ts';

/** Passwords of trunks by `user@realm`. */
export type CredentialBook = ReadonlyMap<string, LiveIdentity>;

interface Row {
  readonly username?: unknown;
  readonly realm?: unknown;
  readonly password?: unknown;
}

/**
 * Reads what `apply --json` and `demo.json` hold of passwords, or lines of `user,realm,password` as `seed` writes.
 * @throws CliError when there are none in it
 */
export function readCredentials(file: string): CredentialBook {
  const text = readText(file);
  const rows = text.trimStart().startsWith('{') ? jsonRows(file, text) : csvRows(text);
  const book = new Map<string, LiveIdentity>();
  for (const { username, realm, password } of rows) {
    if (typeof username !== 'string' || typeof realm !== 'string' || typeof password !== 'string') continue;
    book.set(`${username}@${realm}`, { username, realm, password });
  }
  if (book.size === 0) throw new CliError(`${file} has no user name, realm and password of a trunk`);
  return book;
}

function jsonRows(file: string, text: string): readonly Row[] {
  try {
    const found = JSON.parse(text) as {
      readonly credentials?: readonly Row[];
      readonly accounts?: readonly { readonly trunks?: readonly Row[] }[];
    };
    return [...(found.credentials ?? []), ...(found.accounts ?? []).flatMap(({ trunks = [] }) => trunks)];
  } catch {
    throw new CliError(`${file} is no JSON`);
  }
}

function csvRows(text: string): readonly Row[] {
  return text.split(/\r?\n/).map((line) => {
    const [username, realm, ...password] = line.split(',');
    return { username, realm, password: password.join(',') };
  });
}
