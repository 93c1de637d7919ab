import { joinedLines, type OutgoingMessage, parseVia, type SipMessage, tagOf } from '../message/index.ts';
import type { SentBy } from './own-vias.ts';

/**
 * What a response with the branch of a request of ours must say to be one to it: its top Via is ours
 * (RFC 3261 18.1.2), it has no Via of others where the request is our own (8.1.3.3), and Call-ID and From tag are the
 * request's (8.2.6.2). Read once from the request.
 */
export class Expected {
  readonly callId: string;
  readonly #fromTag: string;
  readonly #host: string;
  readonly #port: number;
  readonly #isOwn: boolean;

  constructor(request: OutgoingMessage, known?: SentBy) {
    const vias = request.headerLines('via');
    const { host, port } = known ?? sentByOf(vias[0]);
    this.#host = host;
    this.#port = port;
    this.#isOwn = vias.length === 1;
    this.callId = request.header('call-id') ?? '';
    this.#fromTag = tagOf(request.header('from') ?? '');
  }

  isMetBy(response: SipMessage): boolean {
    const { topVia } = response;
    if (this.#host === '' || topVia.host !== this.#host) return false;
    if (topVia.port !== this.#port && topVia.port !== 0) return false;
    if (this.#isOwn && hasSeveralVias(response)) return false;
    return response.callId === this.callId && response.fromTag === this.#fromTag;
  }
}

/** Without a comma there is one: no list is made to count it. */
function hasSeveralVias(response: SipMessage): boolean {
  const all = joinedLines(response, 'via') ?? '';
  return all.includes(',') && response.headerValues('via').length > 1;
}

function sentByOf(via: string | undefined): SentBy {
  return via === undefined ? { host: '', port: 0 } : parseVia(via);
}
