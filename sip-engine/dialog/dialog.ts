import { type Few, hasOne, withOne, withoutOne } from '../few.ts';
import { type OutgoingMessage, ownText, type SipMessage } from '../message/index.ts';
import type { ClientTransaction } from '../transaction/types.ts';
import type { Flow, ListenPoint } from '../transport/types.ts';
import { BySeq } from './by-seq.ts';
import type { Incoming } from './incoming.ts';
import type { NatRoute } from './nat.ts';
import { applyRoute } from './route-set.ts';
import type { Guard, NextHop, Owner } from './types.ts';

export type DialogState = 'early' | 'confirmed' | 'ended';

export interface DialogSeed {
  readonly id: string;
  readonly role: 'uas' | 'uac';
  /** The method that made it. */
  readonly usage: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** From and To header values of our own requests, tags included. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly localSeq: number;
  readonly remoteSeq: number;
  readonly routeSet: readonly string[];
  readonly remoteTarget: string;
  readonly localContact: string;
  readonly flow: Flow;
  readonly listenPoint: ListenPoint;
  readonly natRoute: NatRoute | undefined;
  readonly owner: Owner;
}

export interface SessionBody {
  readonly body: Buffer;
  readonly contentType: string;
}

/** One 2xx to an INVITE of ours to acknowledge. */
export interface AckState {
  /** The INVITE had a body: the ACK need not answer the 2xx's offer. */
  readonly hadOffer: boolean;
  /** What the INVITE proved itself by, for the ACK (RFC 3261 22.1). */
  readonly credentials: readonly (readonly [name: string, value: string])[];
  sent: { readonly bytes: Buffer; readonly flow: Flow } | undefined;
  /** What is told of the ACK, until it is sent. */
  invite: ClientTransaction | undefined;
}

/** A running session timer (RFC 4028). */
export interface SessionState {
  readonly intervalSec: number;
  readonly weRefresh: boolean;
  cancel(): void;
}

/** Who hears that a dialog has ended, so that timers and retransmissions stop. */
export interface DialogListener {
  onDialogEnd(): void;
}

/** Header lines that answer a 401 or 407 to a request of that method, `undefined` when it cannot be answered. */
export type ProveRequest = (
  response: SipMessage,
  method: string,
) => readonly (readonly [name: string, value: string])[] | undefined;

const NOBODY: readonly [] = Object.freeze([]);

/** RFC 3261 section 12: what two ends know of each other between requests. */
export class Dialog {
  readonly id: string;
  readonly role: 'uas' | 'uac';
  readonly usage: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly localAddress: string;
  readonly listenPoint: ListenPoint;
  readonly owner: Owner;
  routeSet: readonly string[];
  remoteAddress: string;
  localContact: string;
  state: DialogState = 'early';
  /** What its owner keeps with it; the layer does not look at it. */
  attached: object | undefined = undefined;
  /** In the table. */
  isListed = false;
  remoteTarget: string;
  natRoute: NatRoute | undefined;
  flow: Flow;
  remoteSeq: number;
  /** The last session description we sent, for refreshes. */
  localSession: SessionBody | undefined;
  /** Our re-INVITE or refresh under way, and the count of the peer's that are unanswered. */
  ownInvite: object | undefined;
  pendingIn = 0;
  /** What carries an offer of ours that has no answer yet (RFC 3264). */
  ownOffer: object | undefined;
  /** The peer's UPDATE that is unanswered. */
  peerUpdate: Incoming | undefined;
  /** The peer's last INVITE in it, the one that made it included: where a PRACK belongs. */
  peerInvite: Incoming | undefined;
  /** INVITEs of the peer whose 2xx waits for its ACK, by CSeq number. */
  readonly awaitingAck = new BySeq<Incoming>();
  /** INVITEs of ours whose 2xx has come, by CSeq number, and the ACK once the application has sent it. */
  readonly acks = new BySeq<AckState>();
  /** Set when the ACK must be followed by a BYE: the 2xx crossed our CANCEL. */
  byeAfterAck: string | undefined;
  /** RFC 3262 4: the last reliable provisional of this branch. */
  lastRseq = 0;
  /** CSeq number of the INVITE that it belongs to. */
  rseqInvite = 0;
  /** Branch of the last ACK shown to the application, so that a repeated one is not. */
  lastAckBranch = '';
  session: SessionState | undefined;
  /** What answers a challenge of our own refreshes; `undefined` as long as nobody can. */
  prove: ProveRequest | undefined;
  /** A BYE of ours was answered with 401 or 407. */
  wasByeChallenged = false;
  /** When a subscription ends that nobody refreshes, or a call whose challenged BYE nobody repeats. */
  expiry: { cancel(): void } | undefined;
  #localSeq: number;
  /** Told once. */
  #onEnd: Few<DialogListener> = NOBODY;

  constructor(seed: DialogSeed) {
    this.id = seed.id;
    this.role = seed.role;
    this.usage = seed.usage;
    // Pieces of a message keep its whole text for as long as the call is up.
    const { length } = seed.callId;
    const identity = ownText(seed.callId + seed.localTag + seed.remoteTag);
    this.callId = identity.slice(0, length);
    this.localTag = identity.slice(length, length + seed.localTag.length);
    this.remoteTag = identity.slice(length + seed.localTag.length);
    this.localAddress = seed.localAddress;
    this.remoteAddress = seed.remoteAddress;
    this.#localSeq = seed.localSeq;
    this.remoteSeq = seed.remoteSeq;
    this.routeSet = seed.routeSet;
    this.remoteTarget = seed.remoteTarget;
    this.localContact = seed.localContact;
    this.flow = seed.flow;
    this.listenPoint = seed.listenPoint;
    this.natRoute = seed.natRoute;
    this.owner = seed.owner;
  }

  /** The next request in it; ACK takes the INVITE's number (RFC 3261 13.2.2.4). */
  buildRequest(method: string, seq?: number): { readonly message: OutgoingMessage; readonly hop: NextHop } {
    const { message, nextUri } = applyRoute(method, this.remoteTarget, this.routeSet);
    message.add('Max-Forwards', '70');
    message.add('From', this.localAddress);
    message.add('To', this.remoteAddress);
    message.add('Call-ID', this.callId);
    message.add('CSeq', `${seq ?? ++this.#localSeq} ${method}`);
    return { message, hop: this.#nextHop(nextUri) };
  }

  /** A request sent outside our numbering (digest retries keep counting from it). */
  raiseLocalSeq(seq: number): void {
    if (seq > this.#localSeq) this.#localSeq = seq;
  }

  /** RFC 3261 12.2.2: false when the peer's number goes back. */
  acceptRemoteSeq(seq: number): boolean {
    if (seq < this.remoteSeq) return false;
    this.remoteSeq = seq;
    return true;
  }

  /** A peer behind NAT whose port changed is followed; so is a peer that reconnected. */
  learnFlow(message: SipMessage, flow: Flow): void {
    const rebound =
      this.natRoute !== undefined && flow.transport === 'udp' && flow.remoteAddress === this.natRoute.address;
    if (rebound && message.headerLines('record-route').length === 0) {
      this.natRoute = { address: flow.remoteAddress, port: flow.remotePort };
      this.flow = flow;
    } else if (flow.reliable && flow.transport === this.flow.transport && flow !== this.flow) {
      this.#moveTo(flow);
    }
  }

  onEnd(listener: DialogListener): void {
    if (this.state === 'ended') listener.onDialogEnd();
    else this.#onEnd = withOne(this.#onEnd, listener);
  }

  offEnd(listener: DialogListener): void {
    this.#onEnd = withoutOne(this.#onEnd, listener);
  }

  /** Marks it ended and tells the listeners; the table forgets it separately. */
  end(): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.session?.cancel();
    this.expiry?.cancel();
    // One of them may take another away.
    for (const listener of this.#onEnd) if (hasOne(this.#onEnd, listener)) listener.onDialogEnd();
    this.#onEnd = NOBODY;
  }

  #moveTo(flow: Flow): void {
    flow.hold();
    this.flow.release();
    this.flow = flow;
  }

  #nextHop(uri: string): NextHop {
    // A connection is the only way to a peer that cannot be called back.
    if (this.flow.reliable && !this.flow.closed) return { flow: this.flow };
    const scheme = this.natRoute;
    if (scheme !== undefined && this.flow.transport === 'udp') {
      const host = scheme.address.includes(':') ? `[${scheme.address}]` : scheme.address;
      return { uri: `sip:${host}:${scheme.port}`, via: this.listenPoint };
    }
    return { uri, via: this.listenPoint, guard: this.#guard() };
  }

  /** Contact and Record-Route are the peer's words: it is answered where it was seen rather than sent for elsewhere. */
  #guard(): Guard {
    const { transport, remoteAddress: peer, remotePort: port } = this.flow;
    return transport === 'udp' ? { peer, instead: { transport, address: peer, port } } : { peer };
  }
}

const BEFORE_TAG = ';from-tag=';

/** The id applications use: the same text for both sides of one SIP dialog. */
export function dialogId(callId: string, fromTag: string): string {
  return callId + BEFORE_TAG + fromTag;
}

/** The tag of who sent the request that made the dialog. */
export function fromTagOf(id: string): string {
  return id.slice(id.lastIndexOf(BEFORE_TAG) + BEFORE_TAG.length);
}
