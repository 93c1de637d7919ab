import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The `Authorization` value that answers a Digest challenge (RFC 8760, RFC 7616; qop=auth or none). */
export function answerChallenge(challenge: string, credentials: Credentials, method: string, uri: string): string {
  const given = parseChallenge(challenge);
  const algorithm = given.get('algorithm') ?? 'MD5';
  const hash = hasher(algorithm);
  const realm = given.get('realm') ?? '';
  const nonce = given.get('nonce') ?? '';
  const cnonce = randomBytes(8).toString('hex');
  const ha1 = hash(`${credentials.username}:${realm}:${credentials.password}`);
  const ha2 = hash(`${method}:${uri}`);
  const withQop = (given.get('qop') ?? '').split(',').some((qop) => qop.trim() === 'auth');
  const response = hash(withQop ? `${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`);
  const parts = [
    `username="${credentials.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ];
  if (withQop) parts.push('qop=auth', 'nc=00000001', `cnonce="${cnonce}"`);
  const opaque = given.get('opaque');
  if (opaque !== undefined) parts.push(`opaque="${opaque}"`);
  return `Digest ${parts.join(', ')}`;
}

/** The parameters of `Digest name="value", name=value`, names in lower case. */
function parseChallenge(challenge: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const match of challenge.replace(/^\s*Digest\s+/i, '').matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)) {
    parameters.set((match[1] ?? '').toLowerCase(), match[2] ?? match[3] ?? '');
  }
  return parameters;
}

function hasher(algorithm: string): (text: string) => string {
  const names: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };
  const name = names[algorithm.toUpperCase()];
  if (name === undefined) throw new Error(`unknown digest algorithm ${algorithm}`);
  return (text) => createHash(name).update(text).digest('hex');
}
