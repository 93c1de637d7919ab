import { parseVia, type TransportName } from '../message/index.ts';

/** What all Vias of ours say that leave by one listen point for the same side: everything but the branch. */
export interface OwnVia {
  /** Up to the branch. */
  readonly mark: string;
  /** As it is read in the answers. */
  readonly sentBy: SentBy;
}

/** Host without brackets, in lower case, and port. */
export interface SentBy {
  readonly host: string;
  readonly port: number;
}

/** Nearly all requests leave by the same: the last one is at hand. */
export class OwnVias {
  #host = '';
  #port = 0;
  #transport: TransportName | undefined;
  #last: OwnVia = { mark: '', sentBy: { host: '', port: 0 } };

  of(transport: TransportName, { host, port }: SentBy): OwnVia {
    if (transport === this.#transport && host === this.#host && port === this.#port) return this.#last;
    const mark = `SIP/2.0/${transport.toUpperCase()} ${host}:${port};rport;branch=`;
    const read = parseVia(`${mark}x`);
    this.#transport = transport;
    this.#host = host;
    this.#port = port;
    this.#last = { mark, sentBy: { host: read.host, port: read.port } };
    return this.#last;
  }
}
