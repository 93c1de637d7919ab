import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';

/** Timer values in milliseconds (RFC 3261 table 4). Tests run with `t1Ms: 50`. */
export interface TimerValues {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t4Ms: number;
  /** Timer C, proxies only. */
  readonly cMs: number;
}

export interface ServerTransaction {
  /** Once there is a final answer only method, Call-ID, From tag and CSeq are left of it: who needs more keeps it. */
  readonly request: SipMessage;
  /** What the user keeps with it; the layer does not look at it. */
  attached: object | undefined;
  readonly flow: Flow;
  readonly isInvite: boolean;
  /** True once a final response was given, also one the layer made itself. */
  readonly answered: boolean;
  /** True when the peer has cancelled; the layer has answered 200 to CANCEL and the owner decides the 487. */
  readonly cancelled: boolean;
  /** Tag for the To of every response to this request; `respond` adds it where the To has none (not to 100). */
  readonly localTag: string;
  /** Bytes of the last response, as sent; `undefined` before the first. */
  readonly lastResponse: Buffer | undefined;
  /** The transaction is gone: nothing can be answered any more. */
  readonly ended: boolean;
  /**
   * Sends it and keeps its bytes for retransmissions. Ignored (returns false) after a final answer, and for
   * what RFC 4320 forbids: a provisional other than 100 to a non-INVITE.
   */
  respond(response: OutgoingMessage): boolean;
  /** 2xx to INVITE is retransmitted by the dialog layer through this (RFC 6026 Accepted state). */
  resend(bytes: Buffer): void;
  /** Ends it without a word to the wire: another worker answers. */
  stop(): void;
}

export interface ClientTransactionHandler {
  /** Every 1xx and the final; 2xx to INVITE also when repeated or forked (RFC 6026). */
  onResponse(response: SipMessage, flow: Flow): void;
  /** Timer B/F fired without a final response. */
  onTimeout(): void;
  onTransportError(error: Error): void;
  /** The transaction is gone; exactly once, last. */
  onEnd(): void;
  /** False: it has no use for `onEnd`, and is not told where it would be kept for nothing else. @default true */
  readonly hearsEnd?: boolean;
}

/** Takes what comes of other branches of a forked INVITE that has been acknowledged (RFC 3261 13.2.2.4). */
export type ForkTaker = (invite: OutgoingMessage) => (response: SipMessage, flow: Flow) => void;

/** The ACK of a 2xx as it was sent. */
export interface Acknowledged {
  readonly ack: Buffer;
  readonly flow: Flow;
  /** One for many INVITEs: it is kept with each. */
  readonly takesForks: ForkTaker;
}

export interface ClientTransaction {
  readonly request: OutgoingMessage;
  readonly branch: string;
  readonly flow: Flow;
  readonly ended: boolean;
  /** RFC 3261 9.1: same branch and CSeq number; held until the first provisional. `headers` are extra lines. */
  cancel(headers?: readonly (readonly [string, string])[]): void;
  /**
   * The 2xx to an INVITE has its ACK: over an unreliable flow the layer sends it again for every repeated 2xx, and the
   * handler, where it does not hear ends, hears nothing more.
   */
  settle(acknowledged: Acknowledged): void;
}

export interface TransactionUser {
  /** A request that opened a new server transaction (not ACK, not CANCEL). */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK that matches no INVITE server transaction waiting for one: for a 2xx, or stray. */
  onAck(ack: SipMessage, flow: Flow): void;
  /** CANCEL matched: 200 is out; the user answers the INVITE (487). */
  onCancel(transaction: ServerTransaction, cancel: SipMessage): void;
  /** A response that matches no client transaction (RFC 6026: stray 2xx retransmissions end here too). */
  onStrayResponse(response: SipMessage, flow: Flow): void;
  /** False: the end of an answered transaction is not told, so that next to nothing is kept of one. @default true */
  readonly hearsAnsweredEnd?: boolean;
  /** The server transaction is gone; exactly once, last. */
  onTransactionEnd?(transaction: ServerTransaction): void;
}

export interface TransactionOptions {
  /** Merged requests (RFC 3261 8.2.2.2): answered 482 here, or delivered as drachtio-server does. @default '482' */
  readonly mergedRequests?: '482' | 'deliver';
  /** 100 Trying at once, before the user has seen the INVITE; else after 200 ms. @default true */
  readonly immediateTrying?: boolean;
  /** Server transactions that are at work at once; more requests get a stateless 503. @default 200000 */
  readonly maxServerTransactions?: number;
  /** Bytes of the requests of all server transactions without a final answer; more requests get a stateless 503. @default 268435456 */
  readonly maxServerTransactionBytes?: number;
  /** Answered server transactions of each kind that wait over UDP; for more the oldest end early. @default 1048576 */
  readonly maxAnsweredTransactions?: number;
  /** Bytes kept of those of each kind; for more the oldest end early. @default 268435456 */
  readonly maxAnsweredBytes?: number;
  /** Ended INVITE transactions remembered against late repetitions; the oldest make room. @default 200000 */
  readonly maxSpentInvites?: number;
}

export interface TransactionLayer {
  /** Names who gets the requests; before the first `receive`. */
  setUser(user: TransactionUser): void;
  /** Feeds one parsed message. The user sees requests with `received` and `rport` in the top Via (RFC 3581). */
  receive(message: SipMessage, flow: Flow): void;
  /** Whether the request is a copy of one that has a server transaction. */
  has(request: SipMessage): boolean;
  /**
   * Adds the top Via (own branch, rport, advertised address of the flow) and sends. Retransmits over
   * unreliable flows until answered; ACKs non-2xx finals to INVITE itself.
   */
  request(message: OutgoingMessage, flow: Flow, handler: ClientTransactionHandler): ClientTransaction;
  /**
   * Sends without a transaction (ACK to 2xx, stateless answers) and returns the bytes sent: requests get a
   * top Via with a new branch.
   */
  sendStateless(message: OutgoingMessage, flow: Flow): Buffer;
  /** A connection has ended: requests that wait for their first response on it fail now, not by timer B or F. */
  flowClosed(flow: Flow, reason: string): void;
  /** Live transactions by machine, for metrics and leak tests. */
  readonly size: { readonly ict: number; readonly nict: number; readonly ist: number; readonly nist: number };
  close(): void;
}
