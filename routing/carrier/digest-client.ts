import { computeHa1, computeResponse } from '../../auth/index.ts';
import type { DigestAlgorithm, Ha1Set } from '../../bus/index.ts';

/** A user name with its password, or with what is kept of one. */
export type DigestLogin =
  | { readonly username: string; readonly password: string }
  | { readonly username: string; readonly ha1: Ha1Set };

/** What the credentials are for. */
export interface DigestTarget {
  readonly method: string;
  readonly uri: string;
  /** Client nonce, hexadecimal. */
  readonly cnonce: string;
  /** How often the nonce is used with this. @default 1 */
  readonly nonceCount?: number;
}

/** The strongest first: of several challenges the first that is understood counts (RFC 8760 section 2.4). */
const ALGORITHMS: readonly DigestAlgorithm[] = ['SHA-512-256', 'SHA-256', 'MD5'];

interface Challenge {
  readonly algorithm: DigestAlgorithm;
  readonly parameters: ReadonlyMap<string, string>;
}

/** The value of Authorization or Proxy-Authorization; `undefined` when no challenge is one that we can answer. */
export function answerDigest(lines: readonly string[], login: DigestLogin, target: DigestTarget): string | undefined {
  const challenges = lines.flatMap((line) => parseChallenge(line) ?? []);
  const found = ALGORITHMS.flatMap((name) => challenges.find(({ algorithm }) => algorithm === name) ?? [])[0];
  return found === undefined ? undefined : answerOne(found, login, target);
}

/** Whether a challenge says that only the nonce was too old (RFC 7616 section 3.3). */
export function isStale(lines: readonly string[]): boolean {
  return lines.some((line) => parseChallenge(line)?.parameters.get('stale')?.toLowerCase() === 'true');
}

function answerOne({ algorithm, parameters }: Challenge, login: DigestLogin, target: DigestTarget): string {
  const realm = parameters.get('realm') ?? '';
  const nonce = parameters.get('nonce') ?? '';
  const offered = parameters.get('qop');
  const qop = offered === undefined ? '' : 'auth';
  const nc = (target.nonceCount ?? 1).toString(16).padStart(8, '0');
  const ha1 =
    'ha1' in login ? (login.ha1[algorithm] ?? '') : computeHa1(algorithm, login.username, realm, login.password);
  const { uri, cnonce } = target;
  const response = computeResponse(algorithm, ha1, target.method, { nonce, uri, qop, nc, cnonce });
  const parts = [
    `username=${quote(login.username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri="${uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ];
  if (qop !== '') parts.push(`qop=${qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  const opaque = parameters.get('opaque');
  if (opaque !== undefined) parts.push(`opaque=${quote(opaque)}`);
  return `Digest ${parts.join(', ')}`;
}

/** One header line is one challenge (RFC 7616 section 3.3); one with another scheme, algorithm or qop is none. */
function parseChallenge(line: string): Challenge | undefined {
  const scheme = /^\s*Digest\s+/i.exec(line);
  if (scheme === null) return undefined;
  const parameters = new Map<string, string>();
  for (const match of line.slice(scheme[0].length).matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    parameters.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  const name = (parameters.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = ALGORITHMS.find((known) => known === name);
  const qop = parameters.get('qop');
  const isOffered = qop === undefined || qop.split(',').some((option) => option.trim().toLowerCase() === 'auth');
  return algorithm === undefined || !isOffered ? undefined : { algorithm, parameters };
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
