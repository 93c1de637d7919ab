import type { Server } from 'node:net';
import type { CallLane, LaneInviteHandler, LaneRequest } from './lane/types.ts';
import type { SipMessage, TransportName } from './message/types.ts';
import type { TimerValues } from './transaction/types.ts';
import type { ListenPoint, ListenSpec, PeerCertificate } from './transport/types.ts';
import type { WorkerSeat } from './workers/index.ts';

/** What a direct-lane handler reads; one object a request, header access is lazy. */
export interface DirectRequest {
  readonly message: SipMessage;
  readonly method: string;
  readonly uri: string;
  /** Of the top Via, `''` when it has none. */
  readonly branch: string;
  readonly transport: TransportName;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Addressable later: `EngineRequest.flowId`, or `;flow=` in a drachtio route URI. */
  readonly flowId: string;
  /** What the peer has proved by mutual TLS; `undefined` for everybody else. */
  readonly peerCertificate: PeerCertificate | undefined;
}

export interface DirectAnswer {
  readonly status: number;
  /** Default: the standard phrase. */
  readonly reason?: string;
  /** Rendered lines without CR LF, e.g. `Contact: <sip:a@b>;expires=60`. Via, From, To (+tag), Call-ID, CSeq are the engine's. */
  readonly lines: readonly string[];
}

/** Answers at once, from memory. `undefined` drops the request silently. Retransmissions reach the handler again. */
export type DirectHandler = (request: DirectRequest) => DirectAnswer | undefined;

/**
 * The header lines of the 401 to a REGISTER without credentials for that domain, each with its CR LF and none of them
 * with a word of the request's, as bytes that are good until it is called again; `undefined`, and nothing counted, has
 * the request read in full and given to its handler.
 */
export type Challenger = (host: string, sourceAddress: string) => Uint8Array | undefined;

/**
 * Asked before anything else is done with a request: no transaction, no 100. `drop` is silent;
 * a number answers statelessly with that status (503 carries `retryAfterSec`).
 */
export type PreFilter = (
  sourceAddress: string,
  transport: TransportName,
  method: string,
  userAgent: string,
) => 'pass' | 'drop' | { readonly status: number; readonly retryAfterSec?: number };

/**
 * Asked before anything is spent on an incoming connection, a TLS handshake above all; `false` closes it
 * without a word (counted as `connections_refused{filtered}`).
 */
export type ConnectionFilter = (sourceAddress: string, transport: TransportName) => boolean;

export interface EngineRequest {
  readonly method: string;
  readonly uri: string;
  /** Send on exactly this flow; else the URI (or `routeUri`) is resolved. */
  readonly flowId?: string;
  readonly routeUri?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer;
  /** The URI was written by somebody else: it leads no further than `mayReach` lets it. @default it is ours */
  readonly guard?: 'new' | 'dialog';
  /** Give up after this many ms (default 64 x T1). */
  readonly timeoutMs?: number;
}

export type EngineResult =
  | {
      readonly kind: 'response';
      readonly status: number;
      readonly message: SipMessage;
      readonly rttMs: number;
      /** The element that answered: where what belongs to this request goes as well. */
      readonly peer: { readonly address: string; readonly port: number; readonly transport: TransportName };
    }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'failed'; readonly reason: string };

/** An OPTIONS over a known flow. */
export interface EngineProbe {
  readonly flowId: string;
  readonly uri: string;
  /** Value of the Route header. @default none */
  readonly route?: string;
  /** Give up after this many ms. */
  readonly timeoutMs: number;
}

/** What became of a probe; of an answer only that it came. */
export type ProbeResult =
  | { readonly kind: 'response'; readonly status: number; readonly rttMs: number }
  | Exclude<EngineResult, { readonly kind: 'response' }>;

export interface EngineOptions {
  readonly listen: readonly ListenSpec[];
  readonly timers?: Partial<TimerValues>;
  /** Largest UDP datagram that we send without a warning (bytes). Never a reason to switch transport. @default 1300 */
  readonly udpMtuBytes?: number;
  /** Read and write many datagrams by one call, where the system can. @default true */
  readonly udpBatches?: boolean;
  /** Of these, give the system several of one length to one address as one, which it cuts again. @default true */
  readonly udpSegments?: boolean;
  /**
   * Shuts the engine in: it sends to these peers (`address:port`) and to those it has heard from, over UDP alone.
   * @default it may send to anybody
   */
  readonly onlyPeers?: readonly string[];
  /**
   * Where words of others may lead: a guarded INVITE or request (`new`), and requests in a dialog (`dialog`), whose
   * Contact and Record-Route a peer wrote. Asked for each resolved address but the peer's own; our listen points are
   * always refused. @default everywhere
   */
  readonly mayReach?: (address: string, port: number, use: 'new' | 'dialog') => boolean;
  readonly maxMessageBytes?: number;
  readonly tls?: EngineTlsOptions;
  /** What happens to calls when the app that owns them goes. @default 'keep' */
  readonly orphan?: 'keep' | 'bye';
  readonly cdrs?: boolean;
  /** The same request over another path: answered 482, or delivered as drachtio-server does. @default '482' */
  readonly mergedRequests?: '482' | 'deliver';
  /** 100 Trying to INVITE at once, else after 200 ms. @default true */
  readonly immediateTrying?: boolean;
  /** Text for `Server`/`User-Agent` on what the engine makes by itself; none when absent. */
  readonly agent?: string;
  /** More networks (CIDR) where the bound address is told instead of the external one. @default [] */
  readonly localNetworks?: readonly string[];
  /** Names that count as our own, as if a listen point had them. @default [] */
  readonly ownNames?: readonly string[];
  /** URI that new requests of applications go to when neither a route URI, a registered connection nor a Route decides. */
  readonly outboundProxy?: string;
  /** 180 Ringing to a new INVITE before its application has said anything. @default false */
  readonly alwaysRinging?: boolean;
  /** Who refreshes when the caller leaves it open; `none` ignores the caller's Session-Expires. @default 'none' */
  readonly sessionRefresher?: 'none' | 'uac' | 'uas';
  /**
   * `on` compares Contact and source address; `aggressive` believes `nat=yes` in Record-Route as well; `off` takes
   * every Contact as it is. @default 'on'
   */
  readonly natDetection?: 'off' | 'on' | 'aggressive';
  /** A connection on which so many of our requests in a row got no answer is closed; 0 = never. @default 0 */
  readonly maxConsecutiveTimeouts?: number;
  readonly unwanted?: UnwantedOptions;
  /** OPTIONS outside dialogs that the engine answers 200 itself: those that no application asked for. @default false */
  readonly answerOptions?: boolean;
  /** OPTIONS with exactly this User-Agent are answered 200 by the engine, whoever asked for OPTIONS. */
  readonly answerOptionsOf?: string;
  /** REGISTER whose Request-URI names an IPv4 address instead of a domain gets 403. @default false */
  readonly refuseRegisterWithoutDomain?: boolean;
  readonly outboundApps?: OutboundAppsOptions;
  /**
   * Several engines share the ports, one a thread: `listen` of the first is as ever, `listen` of the others the listen
   * points of the first. @default it is alone
   */
  readonly workers?: WorkerSeat;
}

/** New requests that carry one of these texts are spam or scans. */
export interface UnwantedOptions {
  /** 603 Decline, or no answer at all. */
  readonly action: 'reject' | 'discard';
  /** Parts of a header's value, with case; of From and To the user part counts. */
  readonly texts: readonly { readonly header: 'user-agent' | 'from' | 'to'; readonly text: string }[];
}

/** Applications that listen, and are connected to for each request on its own. */
export interface OutboundAppsOptions {
  /** What they authenticate with. */
  readonly secret: string;
  /** The first whose method fits is asked. */
  readonly handlers: readonly RequestHandler[];
  /** How a lookup is asked for; POST carries the SIP request. @default 'GET' */
  readonly httpMethod?: 'GET' | 'POST';
  /** PEM of the authorities trusted for the certificates of applications. @default their certificates are not checked */
  readonly caFile?: string;
}

export interface RequestHandler {
  /** A method without case, `*` for every one. */
  readonly method: string;
  /** `http:` and `https:` are asked what to do; `tcp://host:port` and `tls://host:port` are the application. */
  readonly url: string;
}

export interface EngineTlsOptions {
  /** Shown to peers that send no server name, or one nobody knows; goes with `keyFile`. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** PEM of the authorities that vouch for peers. @default Node's own list */
  readonly caFile?: string;
  /** More certificates by SNI name. */
  readonly domains?: readonly { readonly name: string; readonly certFile: string; readonly keyFile: string }[];
  /**
   * More certificates, named after their SIP domains: `DOMAIN.pem` (or `.crt`) with `DOMAIN.key`, or
   * `DOMAIN/fullchain.pem` with `DOMAIN/privkey.pem`. They may come and go while the engine runs.
   */
  readonly directory?: string;
  /** Domain whose certificate takes the place of `certFile` where that is not given or cannot be loaded. */
  readonly defaultDomain?: string;
  /** Mutual TLS on incoming connections: `request` takes peers without a certificate too. @default 'none' */
  readonly clientCertificates?: 'none' | 'request' | 'require';
  /** @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
}

/** What is asked about new calls while more come than the thread carries. */
export interface CallPolicy {
  /** Whose share of the thread a call from that address takes; all that are told `''` have one share together. */
  ownerOf(sourceAddress: string): string;
  /** A call to such a Request-URI does not wait for others and is not refused. */
  isUrgent(uri: string): boolean;
  /** One was told that it is refused. */
  refused?(sourceAddress: string): void;
  /** One was cancelled by its caller before its turn came. */
  cancelled?(sourceAddress: string): void;
  /** Calls are refused now, or no longer; how many were told so. */
  changed?(isOn: boolean, refused: number): void;
}

export interface EngineStats {
  readonly transactions: { readonly ict: number; readonly nict: number; readonly ist: number; readonly nist: number };
  readonly dialogs: number;
  readonly connections: number;
  readonly apps: number;
  /** Verbs that some app has asked for. */
  readonly routes: number;
}

export interface SipEngine {
  /** Binds every listen point. @throws with the address and the system's reason. */
  start(): Promise<readonly ListenPoint[]>;
  readonly listenPoints: readonly ListenPoint[];
  /** The direct lane: this method's out-of-dialog requests go to `handler` and never to an app. */
  onRequest(method: string, handler: DirectHandler): void;
  /** Spares most REGISTERs without credentials the way to their handler, whose answer would be the same. */
  setChallenger(challenger: Challenger): void;
  setPreFilter(filter: PreFilter): void;
  setCallPolicy(policy: CallPolicy): void;
  setConnectionFilter(filter: ConnectionFilter): void;
  onFlowClosed(listener: (flowId: string, reason: string) => void): void;
  /** Keeps an idle connection open (it carries a binding) / lets it go. Unknown ids are ignored. */
  holdFlow(flowId: string): void;
  releaseFlow(flowId: string): void;
  isFlowOpen(flowId: string): boolean;
  /** What the peer at the other end has proved by mutual TLS (RFC 5922); `undefined` for every other flow. */
  peerCertificate(flowId: string): PeerCertificate | undefined;
  /**
   * Whether a PBX that asks for that SIP domain (SNI) is shown a certificate that names it or is named after it; where
   * not, it is shown the default one. Told by the files as they are, before `start` too.
   */
  hasCertificate(domain: string): boolean;
  /** One request, one final result; used for probes and carrier registration. Provisionals are not shown. */
  send(request: EngineRequest, done: (result: EngineResult) => void): void;
  /** Asks whether a peer is there, at a fraction of what `send` costs. */
  probe(probe: EngineProbe, done: (result: ProbeResult) => void): void;
  /** Raw copies of what crosses the wire, for traces. At most one tap. */
  setTap(tap: ((direction: 'in' | 'out', bytes: Buffer, flowId: string) => void) | undefined): void;
  /**
   * An in-process drachtio app: give the returned server to `srf.listen({ server, secret })`. It opens no port.
   * `methods` are the verbs delivered to it, as `route` would have asked for.
   */
  attachApp(options: { readonly secret: string; readonly methods: readonly string[] }): Server;
  /**
   * Calls of the process itself, straight on the dialog layer: INVITEs go to `onInvite` and never to an app; what is
   * returned places calls and answers them.
   */
  attachCalls(onInvite: LaneInviteHandler): CallLane;
  /**
   * Gives an INVITE of the lane, which has had no answer, from a call worker to home as if it had come in there. False
   * where there is no other home, or it was answered: then it is for this engine.
   */
  handToHome(request: LaneRequest): boolean;
  /** The control port for other processes (`didfarm engine`). */
  listenControl(options: {
    readonly host: string;
    readonly port: number;
    readonly secret: string;
    /** The same protocol inside TLS. */
    readonly tls?: { readonly certFile: string; readonly keyFile: string };
    /** A connection that has not given the secret in that time is closed, milliseconds. @default 5000 */
    readonly authenticateMs?: number;
    /** Connections at once that have not given it; further ones are closed. @default 100 */
    readonly maxUnauthenticated?: number;
  }): Promise<{ readonly port: number }>;
  readonly stats: EngineStats;
  /** Ends apps, transactions, connections, sockets. */
  close(): Promise<void>;
}
