import { METHODS, OutgoingMessage, type SipMessage, withTopVia } from '../message/index.ts';
import type { Flow } from '../transport/types.ts';
import type { AnsweredServer } from './answered-server.ts';
import { AnsweredServers } from './answered-servers.ts';
import { HashTable } from './hash-table.ts';
import { KeyHash } from './key-hash.ts';
import type { TransactionDeps } from './layer.ts';
import { adoptToTag, statelessTag } from './local-tag.ts';
import { hasMagicBranch, mergedHash, serverHash, spentHash } from './matching.ts';
import { copied, type Hash } from './ring-places.ts';
import { RunningServer, type ServerContext } from './server-transaction.ts';
import { SpentInvites } from './spent-invites.ts';
import { stampViaLine } from './stamp-via.ts';
import type { TimerValues, TransactionOptions, TransactionUser } from './types.ts';

export interface ServerSideDeps extends TransactionDeps {
  readonly timers: TimerValues;
  readonly options: TransactionOptions;
  readonly user: TransactionUser;
}

const DEFAULT_PORT = { udp: 5060, tcp: 5060, tls: 5061 } as const;

/** INVITE, which nearly every CANCEL is for, first. */
const CANCELLABLE = ['INVITE', ...METHODS.filter((method) => !['INVITE', 'ACK', 'CANCEL'].includes(method))];

/** Every server transaction, and how incoming requests find theirs (RFC 3261 17.2.3). */
export class ServerSide {
  readonly #deps: ServerSideDeps;
  readonly #context: ServerContext;
  readonly #byKey = new HashTable<RunningServer>();
  readonly #byMergedKey = new HashTable<RunningServer>();
  readonly #hash: KeyHash;
  readonly #spent: SpentInvites;
  readonly #answered: AnsweredServers;
  readonly #max: number;
  readonly #maxBytes: number;
  readonly #tagSeed: number;
  #invites = 0;
  /** Of the requests that have no final answer. */
  #heldBytes = 0;
  user: TransactionUser;

  constructor(deps: ServerSideDeps) {
    this.#deps = deps;
    this.user = deps.user;
    this.#tagSeed = Number.parseInt(deps.ports.random.hex(8), 16);
    // A key of its own: a tag that is sent tells whoever can count backwards what it was made with.
    this.#hash = KeyHash.keyed(deps.ports.random);
    this.#spent = new SpentInvites(deps.ports, deps.options.maxSpentInvites ?? 200_000);
    this.#answered = new AnsweredServers({ ...deps, spent: this.#spent, hash: this.#hash });
    this.#max = deps.options.maxServerTransactions ?? 200_000;
    this.#maxBytes = deps.options.maxServerTransactionBytes ?? 256 * 1024 * 1024;
    this.#context = {
      wheel: deps.wheel,
      timers: deps.timers,
      ports: deps.ports,
      immediateTrying: deps.options.immediateTrying ?? true,
      flowBack: (transaction) => this.#flowBack(transaction),
      passAck: (ack, flow) => this.#tell(ack, () => this.user.onAck(ack, flow)),
      letGo: (bytes) => {
        this.#heldBytes -= bytes;
      },
      rest: (transaction) => this.#rest(transaction),
      forget: (transaction) => this.#forget(transaction),
    };
  }

  get size(): { readonly ist: number; readonly nist: number } {
    const ist = this.#invites + this.#answered.invites;
    return { ist, nist: this.#byKey.size + this.#answered.size - ist };
  }

  receive(message: SipMessage, flow: Flow): void {
    const { method } = message;
    const key = this.#keyOf(message, method);
    if (method === 'ACK') this.#ack(stamped(message, flow), flow);
    else if (this.#isRepeated(key, method)) return;
    else if (method === 'INVITE' && this.#isSpent(message, key)) {
      this.#deps.ports.counters.count('retransmissions_in');
    } else if (method === 'CANCEL') this.#cancel(stamped(message, flow), key, flow);
    else if (!this.#hasRoomFor(message)) this.#refuse(stamped(message, flow), 503, flow);
    else this.#open(stamped(message, flow), key, flow);
  }

  #keyOf(message: SipMessage, method: string): Hash {
    return copied(serverHash(this.#hash, message, method));
  }

  #mergedKeyOf(request: SipMessage): Hash | undefined {
    if (request.toTag !== '' || this.#deps.options.mergedRequests === 'deliver') return undefined;
    return copied(mergedHash(this.#hash, request));
  }

  #isSpent(invite: SipMessage, key: Hash): boolean {
    return this.#spent.size > 0 && this.#spent.has(spentHash(this.#hash, invite, key));
  }

  /** True for a request that has its transaction, which has heard of it. */
  #isRepeated(key: Hash, method: string): boolean {
    const running = this.#byKey.get(key);
    running?.repeated();
    const answered = running === undefined ? this.#answered.find(key, method) : undefined;
    answered?.repeated(this.#deps.ports, () => this.#answered.remove(key, method));
    return running !== undefined || answered !== undefined;
  }

  /** Whether it is a copy of a request that has its transaction, which hears nothing of it. */
  has(request: SipMessage): boolean {
    const { method } = request;
    const key = this.#keyOf(request, method);
    return this.#byKey.get(key) !== undefined || this.#answered.find(key, method) !== undefined;
  }

  strayResponse(response: SipMessage, flow: Flow): void {
    this.#tell(response, () => this.user.onStrayResponse(response, flow));
  }

  close(): void {
    for (const transaction of this.#byKey.values()) transaction.stop();
    this.#answered.close();
  }

  #hasRoomFor(request: SipMessage): boolean {
    return this.#byKey.size < this.#max && this.#heldBytes + request.raw.length <= this.#maxBytes;
  }

  #open(request: SipMessage, key: Hash, flow: Flow): void {
    const merged = this.#mergedKeyOf(request);
    // RFC 3261 8.2.2.2: the same request over another path; the first one is being worked on or was accepted.
    // After a failure it is a client that tries again (RFC 3263 4.3), and may.
    const first = merged === undefined ? undefined : this.#byMergedKey.get(merged);
    const isMerged = first?.failed === false || (merged !== undefined && this.#answered.hasMerged(merged));
    const transaction = this.#create(request, key, isMerged ? undefined : merged, flow, !isMerged);
    if (isMerged) {
      transaction.respond(OutgoingMessage.responseTo(request, 482));
      return;
    }
    transaction.start();
    const failed = this.#tell(request, () => this.user.onRequest(transaction));
    if (!failed) return;
    transaction.respond(OutgoingMessage.responseTo(request, 500));
    if (this.user.hearsAnsweredEnd === false) this.#tell(request, () => this.user.onTransactionEnd?.(transaction));
  }

  #create(request: SipMessage, key: Hash, mergedKey: Hash | undefined, flow: Flow, shown: boolean): RunningServer {
    const parts = { key, mergedKey, flow, shown };
    const transaction = new RunningServer(request, parts, this.#context);
    this.#byKey.set(key, transaction);
    if (mergedKey !== undefined) this.#byMergedKey.set(mergedKey, transaction);
    if (transaction.isInvite) this.#invites++;
    this.#heldBytes += request.raw.length;
    return transaction;
  }

  /** From now on it is found among the answered ones only. */
  #rest(transaction: RunningServer): void {
    if (!this.#drop(transaction)) return;
    this.#answered.add(transaction, transaction.parts.shown && this.user.hearsAnsweredEnd !== false);
  }

  /** False when it was not among the running ones. */
  #drop(transaction: RunningServer): boolean {
    const { key, mergedKey: merged } = transaction.parts;
    if (!this.#byKey.delete(key)) return false;
    if (merged !== undefined && this.#byMergedKey.get(merged) === transaction) this.#byMergedKey.delete(merged);
    if (transaction.isInvite) this.#invites--;
    return true;
  }

  #forget(transaction: RunningServer): void {
    const { key, shown } = transaction.parts;
    if (!this.#drop(transaction)) this.#answered.remove(key, transaction.request.method);
    else if (transaction.isInvite) this.#spent.add(spentHash(this.#hash, transaction.request, key));
    if (shown) this.#tell(transaction.request, () => this.user.onTransactionEnd?.(transaction));
  }

  #ack(ack: SipMessage, flow: Flow): void {
    const key = this.#keyOf(ack, 'INVITE');
    const running = this.#byKey.get(key);
    const invite = running ?? this.#answered.find(key, 'INVITE');
    // RFC 3261 17.2.3: without the magic cookie the To tag must be that of the response as well.
    const mine = invite !== undefined && (hasMagicBranch(ack) || ack.toTag === invite.localTag);
    if (mine && running !== undefined) running.acknowledged(ack, flow);
    // Of a failure it has been acknowledged already; of a success its user wants to hear.
    else if (!mine || invite?.failed === false) this.#tell(ack, () => this.user.onAck(ack, flow));
  }

  /** RFC 3261 9.2: 200 whatever has become of the request, also where it changes nothing; 481 when there is none. */
  #cancel(cancel: SipMessage, key: Hash, flow: Flow): void {
    const invite = this.#cancelled(cancel);
    if (invite === undefined) {
      this.#deps.ports.counters.count('cancels_unmatched');
      this.#refuse(cancel, 481, flow);
      return;
    }
    const answer = OutgoingMessage.responseTo(cancel, 200);
    adoptToTag(answer, invite.localTag, () => invite.localTag);
    this.#create(cancel, key, undefined, flow, false).respond(answer);
    if (!(invite instanceof RunningServer)) return;
    if (!invite.isInvite || invite.answered || invite.cancelled || !invite.parts.shown) return;
    invite.cancelled = true;
    this.#tell(cancel, () => this.user.onCancel(invite, cancel));
  }

  /** RFC 3261 9.2, 17.2.3: the request of the same branch and sent-by, its method aside, in the same call. */
  #cancelled(cancel: SipMessage): RunningServer | AnsweredServer | undefined {
    for (const method of CANCELLABLE) {
      const key = this.#keyOf(cancel, method);
      const running = this.#byKey.get(key);
      if (running !== undefined) return running.request.callId === cancel.callId ? running : undefined;
      const answered = this.#answered.find(key, method);
      if (answered !== undefined) return answered.isOfCall(cancel.callId, this.#hash) ? answered : undefined;
    }
    return undefined;
  }

  #refuse(request: SipMessage, status: number, flow: Flow): void {
    if (status === 503) this.#deps.ports.counters.count('dropped', 'overload');
    const answer = OutgoingMessage.responseTo(request, status);
    adoptToTag(answer, request.toTag, () => statelessTag(request, this.#tagSeed));
    flow.send(answer.toBuffer());
  }

  /** RFC 3261 18.2.2: to the address the request came from, at the port of its Via. */
  #flowBack(transaction: RunningServer): Flow | undefined {
    const { transport, remoteAddress } = transaction.flow;
    if (transport === 'ws' || transport === 'wss') return undefined;
    const port = transaction.request.topVia.port || DEFAULT_PORT[transport];
    try {
      return this.#deps.transport.flowTo({ transport, address: remoteAddress, port });
    } catch {
      return undefined;
    }
  }

  /** Calls the user; what it throws is logged and ends nothing else. True when it threw. */
  #tell(message: SipMessage, call: () => void): boolean {
    try {
      call();
      return false;
    } catch (error) {
      this.#deps.ports.logger.error(
        { err: error, callId: message.callId, method: message.method },
        'the transaction user threw',
      );
      return true;
    }
  }
}

/** The request as its user sees it: `received` and `rport` in the top Via. */
function stamped(request: SipMessage, flow: Flow): SipMessage {
  return withTopVia(request, (line) => stampViaLine(line, flow));
}
