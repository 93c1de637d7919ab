import type { SipMessage } from '../message/index.ts';
import { parseVia } from '../message/index.ts';

/**
 * RFC 3261 16.3 step 4 with RFC 5393: a request that carries a Via of ours and is the same in all that
 * decides its way has looped; one whose Request-URI changed on the way round is a spiral and may go on.
 */
export class LoopDetector {
  readonly #keys = new Map<string, string>();

  get size(): number {
    return this.#keys.size;
  }

  isLoop(request: SipMessage): boolean {
    if (this.#keys.size === 0) return false;
    const key = loopKey(request);
    return request.headerValues('via').some((via) => this.#keys.get(branchOf(via)) === key);
  }

  /** That branch carries on this request. */
  add(branch: string, request: SipMessage): void {
    this.#keys.set(branch, loopKey(request));
  }

  remove(branch: string): void {
    this.#keys.delete(branch);
  }
}

function loopKey(request: SipMessage): string {
  const { callId, fromTag, toTag, cseq, uri } = request;
  const way = ['route', 'proxy-require', 'proxy-authorization'].flatMap((name) => request.headerLines(name));
  return [callId, fromTag, toTag, cseq, uri, ...way].join('\n');
}

function branchOf(via: string): string {
  try {
    return parseVia(via).branch;
  } catch {
    return '';
  }
}
