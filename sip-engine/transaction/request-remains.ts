import { ownText, type SipMessage, type Via } from '../message/index.ts';

const NO_BYTES = Buffer.alloc(0);
const NO_LINES: readonly string[] = Object.freeze([]);

/**
 * What an answered transaction still needs of its request for the 32 s in which repetitions may come: to be found, to
 * be told from others that use the branch again, and a port. The rest, many times as large, would have to be copied by
 * every collection of garbage until then.
 */
export class RequestRemains implements SipMessage {
  readonly isRequest = true;
  readonly status = 0;
  readonly reason = '';
  readonly uri = '';
  readonly toTag = '';
  readonly body = NO_BYTES;
  readonly raw = NO_BYTES;
  readonly method: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly topVia: Via;
  /** Call-ID, a line end, From tag. */
  readonly #identity: string;

  /** `needsPort`: another connection may have to be opened, to the port of the Via. */
  constructor(request: SipMessage, needsPort: boolean) {
    const { method, cseq, cseqMethod, callId, fromTag } = request;
    this.method = method;
    this.cseq = cseq;
    this.cseqMethod = cseqMethod;
    this.topVia = needsPort ? { ...NO_VIA, port: request.topVia.port } : NO_VIA;
    this.#identity = ownText(`${callId}\n${fromTag}`);
  }

  get callId(): string {
    return this.#identity.slice(0, this.#identity.indexOf('\n'));
  }

  get fromTag(): string {
    return this.#identity.slice(this.#identity.indexOf('\n') + 1);
  }

  header(): undefined {
    return undefined;
  }

  headerLines(): readonly string[] {
    return NO_LINES;
  }

  headerValues(): readonly string[] {
    return NO_LINES;
  }

  entries(): readonly [] {
    return [];
  }
}

const NO_VIA: Via = { transport: '', host: '', port: 0, branch: '', params: new Map() };
