import type { SipMessage } from '../message/index.ts';
import type { ProxyDeps } from './types.ts';

/** How long a caller may take to answer a challenge. */
const KEEP_MS = 2_000;
const MAX_KEPT = 10_000;
const NONCE = /\bnonce\s*=\s*"([^"]+)"/i;

/** Which target made which challenge: the request with the answer to it must go to that target only. */
export class ChallengedTargets {
  readonly #deps: ProxyDeps;
  readonly #byNonce = new Map<string, string>();

  constructor(deps: ProxyDeps) {
    this.#deps = deps;
  }

  learn(response: SipMessage, uri: string): void {
    for (const nonce of noncesOf(response, 'www-authenticate', 'proxy-authenticate')) {
      if (this.#byNonce.size >= MAX_KEPT) return;
      this.#byNonce.set(nonce, uri);
      this.#deps.wheel.after(KEEP_MS, () => void this.#byNonce.delete(nonce));
    }
  }

  /** The target whose challenge the request answers. */
  find(request: SipMessage): string | undefined {
    for (const nonce of noncesOf(request, 'authorization', 'proxy-authorization')) {
      const uri = this.#byNonce.get(nonce);
      if (uri !== undefined) return uri;
    }
    return undefined;
  }
}

function noncesOf(message: SipMessage, ...headers: string[]): string[] {
  return headers.flatMap((header) => message.headerLines(header)).flatMap((line) => NONCE.exec(line)?.[1] ?? []);
}
