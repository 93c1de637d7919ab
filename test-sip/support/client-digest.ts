import { createHash, randomBytes } from 'node:crypto';

export interface ClientCredentials {
  readonly username: string;
  readonly password: string;
}

export interface DigestRequest extends ClientCredentials {
  /** Value of a WWW-Authenticate or Proxy-Authenticate line. */
  readonly challenge: string;
  readonly method: string;
  readonly uri: string;
  /** @default 1 */
  readonly nc?: number;
  /** `false`: the form of RFC 2069. @default true */
  readonly qop?: boolean;
}

const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };

/** A client's digest, written from RFC 7616 alone: it shares no code with the server. */
export function authorizationFor(request: DigestRequest): string {
  const realm = challengeValue(request.challenge, 'realm');
  const nonce = challengeValue(request.challenge, 'nonce');
  const algorithm = challengeValue(request.challenge, 'algorithm') || 'MD5';
  const hash = (text: string) =>
    createHash(HASHES[algorithm] ?? 'md5')
      .update(text)
      .digest('hex');
  const ha1 = hash(`${request.username}:${realm}:${request.password}`);
  const ha2 = hash(`${request.method}:${request.uri}`);
  const nc = (request.nc ?? 1).toString(16).padStart(8, '0');
  const cnonce = randomBytes(6).toString('hex');
  const hasQop = request.qop !== false;
  const response = hasQop ? hash(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${ha2}`) : hash(`${ha1}:${nonce}:${ha2}`);
  return [
    `Digest username="${request.username}", realm="${realm}", nonce="${nonce}", uri="${request.uri}"`,
    `response="${response}", algorithm=${algorithm}`,
    ...(hasQop ? [`qop=auth, nc=${nc}, cnonce="${cnonce}"`] : []),
  ].join(', ');
}

/** A parameter of a challenge, quoted or not; `''` when it has none of that name. */
export function challengeValue(challenge: string, name: string): string {
  const found = new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^, ]+))`).exec(challenge);
  return found?.[1] ?? found?.[2] ?? '';
}
