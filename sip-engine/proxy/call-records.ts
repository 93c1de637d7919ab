import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { ProxyRecord, ProxyRecorder } from './types.ts';

/** What is told of one proxied call: each step twice, as it came in and as it went out. */
export class CallRecords {
  readonly #record: ProxyRecorder;
  #started = false;

  constructor(record: ProxyRecorder) {
    this.#record = record;
  }

  /** The INVITE has gone to a target. */
  sent(invite: OutgoingMessage): void {
    this.#tell('attempt', 'application', '', invite.toBuffer());
  }

  /** The first 2xx; those of other forks are not a call of their own. */
  answered(response: SipMessage, upstream: OutgoingMessage): void {
    if (this.#started) return;
    this.#started = true;
    this.#tell('start', 'network', 'proxy-uac', response.raw);
    this.#tell('start', 'application', 'proxy-uas', upstream.toBuffer());
  }

  /** A target has refused. */
  refused(response: SipMessage): void {
    if (!this.#started) this.#tell('stop', 'network', reasonOf(response.status), response.raw);
  }

  /** The caller has got its failure. */
  failed(answer: OutgoingMessage): void {
    if (!this.#started) this.#tell('stop', 'application', reasonOf(answer.status), answer.toBuffer());
  }

  /** A BYE has passed. */
  static hungUp(record: ProxyRecorder, received: SipMessage, sent: OutgoingMessage): void {
    const detail = 'normal-release';
    record({ kind: 'stop', source: 'network', detail, text: received.raw });
    record({ kind: 'stop', source: 'application', detail, text: sent.toBuffer() });
  }

  #tell(kind: ProxyRecord['kind'], source: ProxyRecord['source'], detail: string, text: Buffer): void {
    this.#record({ kind, source, detail, text });
  }
}

function reasonOf(status: number): string {
  return status === 487 ? 'call-canceled' : 'call-rejected';
}
