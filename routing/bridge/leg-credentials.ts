import { randomBytes } from 'node:crypto';
import { answerDigest, type DigestLogin } from '../carrier/digest-client.ts';
import type { ReceivedResponse, SrfHeaders } from '../srf-adapter.ts';
import { headerLinesOf } from '../srf-request.ts';

/**
 * What we prove ourselves with to the far end of one leg. Its last challenge is remembered, and what follows in the call
 * carries the credentials at once (RFC 3261 section 22.3): a BYE is sent when nobody waits for an answer any more.
 */
export class LegCredentials {
  readonly #login: DigestLogin;
  #lines: readonly string[] = [];
  #name: 'Authorization' | 'Proxy-Authorization' = 'Proxy-Authorization';
  #nonceCount = 0;

  constructor(login: DigestLogin) {
    this.#login = login;
  }

  /** The headers that answer a challenge; `undefined` when it is none, or none that we can answer. */
  answer(response: ReceivedResponse, method: string, uri: string): SrfHeaders | undefined {
    const isProxy = response.status === 407;
    if (!isProxy && response.status !== 401) return undefined;
    this.#lines = headerLinesOf(response, isProxy ? 'proxy-authenticate' : 'www-authenticate');
    this.#name = isProxy ? 'Proxy-Authorization' : 'Authorization';
    this.#nonceCount = 0;
    return this.next(method, uri);
  }

  /** The headers for a further request; `undefined` before the first challenge. */
  next(method: string, uri: string): SrfHeaders | undefined {
    if (this.#lines.length === 0) return undefined;
    this.#nonceCount += 1;
    const target = { method, uri, cnonce: randomBytes(8).toString('hex'), nonceCount: this.#nonceCount };
    const value = answerDigest(this.#lines, this.#login, target);
    return value === undefined ? undefined : { [this.#name]: value };
  }
}
