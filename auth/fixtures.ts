import type { DigestAlgorithm } from '../bus/index.ts';
import { computeHa1, computeResponse } from './digest.ts';
import type { InboundRequest } from './inbound-request.ts';

/** Fields of a made-up request; `headers` by lower-case name, one or several lines. */
export interface RequestFields extends Partial<Omit<InboundRequest, 'header' | 'headerLines'>> {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** A request as the engine would hand it over, for tests of whatever reads requests. */
export function inboundRequest(fields: RequestFields = {}): InboundRequest {
  const { headers = {}, ...rest } = fields;
  const lines = (name: string): readonly string[] => {
    const value = headers[name];
    if (value === undefined) return [];
    return typeof value === 'string' ? [value] : value;
  };
  return {
    method: 'REGISTER',
    uri: 'sip:sip.didfarm.com',
    transport: 'udp',
    sourceAddress: '198.51.100.7',
    sourcePort: 5060,
    localAddress: '203.0.113.1',
    localPort: 5060,
    flowId: `udp/203.0.113.1:5060/${rest.sourceAddress ?? '198.51.100.7'}:${rest.sourcePort ?? 5060}`,
    callId: 'call-1',
    cseq: 1,
    branch: 'z9hG4bK-1',
    ...rest,
    header: (name) => lines(name)[0],
    headerLines: lines,
  };
}

/** What a client answers to a challenge line. */
export interface DigestAnswer {
  readonly challenge: string;
  readonly username: string;
  readonly password: string;
  readonly method: string;
  readonly uri: string;
  /** @default 1 */
  readonly nc?: number;
  /** The legacy form. @default true */
  readonly qop?: boolean;
}

/** The Authorization value for a challenge line (`WWW-Authenticate: Digest …`), as a client would make it. */
export function answerChallenge(answer: DigestAnswer): string {
  const realm = challengeParam(answer.challenge, 'realm');
  const nonce = challengeParam(answer.challenge, 'nonce');
  const algorithm = (/algorithm=([A-Z0-9-]+)/.exec(answer.challenge)?.[1] ?? 'MD5') as DigestAlgorithm;
  const ha1 = computeHa1(algorithm, answer.username, realm, answer.password);
  const nc = (answer.nc ?? 1).toString(16).padStart(8, '0');
  const qop = answer.qop === false ? '' : 'auth';
  const cnonce = 'f00dcafe';
  const response = computeResponse(algorithm, ha1, answer.method, { nonce, uri: answer.uri, qop, nc, cnonce });
  const tail = qop === '' ? '' : `, qop=auth, nc=${nc}, cnonce="${cnonce}"`;
  return `Digest username="${answer.username}", realm="${realm}", nonce="${nonce}", uri="${answer.uri}", response="${response}", algorithm=${algorithm}${tail}`;
}

/** The quoted parameter of a challenge line. */
export function challengeParam(challenge: string, name: string): string {
  return new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? '';
}
