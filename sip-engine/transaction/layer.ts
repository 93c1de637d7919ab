import type { OutgoingMessage, SipMessage } from '../message/index.ts';
import type { EnginePorts } from '../ports.ts';
import type { TimingWheel } from '../timer/index.ts';
import type { Flow, TransportLayer } from '../transport/types.ts';
import { AnsweredClients } from './answered-clients.ts';
import { type ClientContext, type ClientParts, NOBODY, RunningClient } from './client-transaction.ts';
import { HashTable } from './hash-table.ts';
import { KeyHash } from './key-hash.ts';
import { clientHash, MAGIC_COOKIE } from './matching.ts';
import { type OwnVia, OwnVias } from './own-vias.ts';
import { copied } from './ring-places.ts';
import { ServerSide } from './server-side.ts';
import { timerValues } from './timer-values.ts';
import type {
  ClientTransaction,
  ClientTransactionHandler,
  TimerValues,
  TransactionLayer,
  TransactionOptions,
  TransactionUser,
} from './types.ts';

/** What the layer needs of the transports. */
export type TransportBelow = Pick<TransportLayer, 'listenPointOf' | 'flowTo'>;

export interface TransactionDeps {
  readonly transport: TransportBelow;
  readonly wheel: TimingWheel;
  readonly ports: EnginePorts;
  readonly timers?: Partial<TimerValues>;
  readonly options?: TransactionOptions;
  /** May also be named later by `setUser`. */
  readonly user?: TransactionUser;
}

/** The transaction layer of RFC 3261 section 17 with RFC 6026 and RFC 4320. */
export function createTransactionLayer(deps: TransactionDeps): TransactionLayer {
  return new Layer(deps);
}

/** Until a user is named nothing is answered. */
const NO_USER: TransactionUser = {
  onRequest: () => undefined,
  onAck: () => undefined,
  onCancel: () => undefined,
  onStrayResponse: () => undefined,
};

class Layer implements TransactionLayer {
  readonly #deps: TransactionDeps;
  readonly #servers: ServerSide;
  readonly #clients = new HashTable<RunningClient>();
  /** By connection, for the ones that are lost with it; UDP flows never end. */
  readonly #byConnection = new Map<Flow, Set<RunningClient>>();
  readonly #clientContext: ClientContext;
  readonly #answered: AnsweredClients;
  /** Keys are made of our branches, which cannot be guessed: strangers put nothing in, and no key of its own is needed. */
  readonly #hash = new KeyHash(0, 0);
  readonly #vias = new OwnVias();
  /** Without a final response. */
  #inviteClients = 0;

  constructor(deps: TransactionDeps) {
    this.#deps = deps;
    const timers = timerValues(deps.timers);
    this.#servers = new ServerSide({ ...deps, timers, options: deps.options ?? {}, user: deps.user ?? NO_USER });
    this.#answered = new AnsweredClients({ ...deps, timers });
    this.#clientContext = {
      wheel: deps.wheel,
      timers,
      ports: deps.ports,
      sendCancel: (cancel, branch, flow) => void this.#start({ request: cancel, branch, flow, handler: NOBODY }),
      rest: (transaction) => this.#rest(transaction),
      settle: (transaction, request, ack) => this.#answered.settle(transaction, request, ack),
      forget: (transaction) => this.#forget(transaction),
    };
  }

  setUser(user: TransactionUser): void {
    this.#servers.user = user;
  }

  receive(message: SipMessage, flow: Flow): void {
    if (message.isRequest) {
      this.#servers.receive(message, flow);
      return;
    }
    const key = clientHash(this.#hash, message.topVia.branch, message.cseqMethod);
    const client = this.#clients.get(key) ?? this.#answered.find(key);
    if (client === undefined) this.#servers.strayResponse(message, flow);
    // What is not an answer must not end the transaction: without one timer B or F does.
    else if (client !== 'unheard' && !client.receive(message, flow))
      this.#deps.ports.counters.count('dropped', 'foreign_response');
  }

  has(request: SipMessage): boolean {
    return this.#servers.has(request);
  }

  request(message: OutgoingMessage, flow: Flow, handler: ClientTransactionHandler): ClientTransaction {
    const branch = this.#newBranch();
    const { mark, sentBy } = this.#viaOf(flow);
    return this.#start({ request: withVia(message, mark, branch), sentBy, branch, flow, handler });
  }

  sendStateless(message: OutgoingMessage, flow: Flow): Buffer {
    const bytes = (
      message.method === '' ? message : withVia(message, this.#viaOf(flow).mark, this.#newBranch())
    ).toBuffer();
    flow.send(bytes);
    return bytes;
  }

  flowClosed(flow: Flow, reason: string): void {
    for (const client of [...(this.#byConnection.get(flow) ?? [])]) client.flowClosed(reason);
  }

  get size(): TransactionLayer['size'] {
    const { ist, nist } = this.#servers.size;
    const { ict, nict } = this.#answered.size;
    return { ict: this.#inviteClients + ict, nict: this.#clients.size - this.#inviteClients + nict, ist, nist };
  }

  close(): void {
    for (const client of this.#clients.values()) client.stop();
    this.#answered.close();
    this.#servers.close();
  }

  #start(parts: Omit<ClientParts, 'key'>): RunningClient {
    const { request, branch, flow } = parts;
    const key = copied(clientHash(this.#hash, branch, request.method));
    const client = new RunningClient({ ...parts, key }, this.#clientContext);
    this.#clients.set(key, client);
    if (client.isInvite) this.#inviteClients++;
    if (flow.reliable) this.#rememberConnection(client, flow);
    client.start();
    return client;
  }

  /** From now on it is found among the answered ones only. */
  #rest(client: RunningClient): void {
    if (this.#drop(client)) this.#answered.add(client);
  }

  /** False when it was not among the running ones. */
  #drop(client: RunningClient): boolean {
    if (!this.#clients.delete(client.key)) return false;
    if (client.isInvite) this.#inviteClients--;
    return true;
  }

  #forget(client: RunningClient): void {
    if (!this.#drop(client)) this.#answered.remove(client);
    const others = this.#byConnection.get(client.flow);
    others?.delete(client);
    if (others?.size === 0) this.#byConnection.delete(client.flow);
  }

  #rememberConnection(client: RunningClient, flow: Flow): void {
    const others = this.#byConnection.get(flow);
    if (others === undefined) this.#byConnection.set(flow, new Set([client]));
    else others.add(client);
  }

  /** Unguessable, so that only who has seen the request can answer it (RFC 3261 8.1.1.7). */
  #newBranch(): string {
    return MAGIC_COOKIE + this.#deps.ports.random.hex(24);
  }

  #viaOf(flow: Flow): OwnVia {
    return this.#vias.of(flow.transport, this.#deps.transport.listenPointOf(flow).advertisedFor(flow.remoteAddress));
  }
}

/** A copy with our Via on top: the caller's message can be sent again elsewhere. */
function withVia(message: OutgoingMessage, mark: string, branch: string): OutgoingMessage {
  return message.cloneUnder('Via', mark + branch);
}
