import type { SipMessage } from './message/index.ts';
import { calledUri, isNewCall } from './new-call-text.ts';
import type { EnginePorts } from './ports.ts';
import { RefusalCredit } from './refusal-credit.ts';
import { RefusalSpell } from './refusal-spell.ts';
import { type Refused, RefusedInvites } from './refused-invites.ts';
import { threadWorkMs } from './thread-work.ts';
import type { TimingWheel } from './timer/index.ts';
import type { Hash } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';
import type { CallPolicy } from './types.ts';
import { type Waiting, WaitingCalls } from './waiting-calls.ts';

export interface CallGateDeps {
  readonly ports: EnginePorts;
  readonly wheel: TimingWheel;
  /** A copy of an INVITE that is being worked on. */
  readonly isKnown: (invite: SipMessage) => boolean;
  readonly admit: (invite: SipMessage, flow: Flow) => void;
  /** Answers without a transaction, the same to every copy (RFC 3261 8.2.7): an INVITE that is refused, or a CANCEL. */
  readonly answer: (request: SipMessage, flow: Flow, status: Refused | 200) => void;
  /** Runs it in the next turn of the event loop, behind what sockets have to say. @default setImmediate */
  readonly nextTurn?: (run: () => void) => void;
  /** How long the thread has worked (ms). @default its processor time */
  readonly workMs?: () => number;
}

/** New calls that a turn of the event loop takes up: what they bring about has to be read before the next ones are. */
const CALLS_A_TURN = 8;
/** While sockets hold more than a turn can read: what belongs to calls comes first, but a flood must not end all new ones. */
const CALLS_A_FULL_TURN = 1;

const EVERYBODY: CallPolicy = { ownerOf: (address) => address, isUrgent: () => false };

/**
 * Keeps a thread that is offered more calls than it carries at what it carries (RFC 6357, RFC 7339 in part): what belongs to
 * calls is worked on as it comes, new calls wait behind it, those of one peer apart from those of the others, whose turns
 * come round. Whose calls keep waiting for too long hears 503 at a fraction of what a call costs. So it is not
 * estimated what a thread carries: the wait of calls that are taken up tells that there are too many, and how long who comes
 * would wait.
 */
export class CallGate {
  readonly #deps: CallGateDeps;
  readonly #waiting: WaitingCalls;
  readonly #refused: RefusedInvites;
  readonly #credit = new RefusalCredit();
  readonly #spell: RefusalSpell;
  readonly #nextTurn: (run: () => void) => void;
  readonly #settled = Promise.resolve();
  readonly #turn = (): void => this.#beginTurn();
  readonly #step = (): void => this.#takeUp();
  readonly #isGood = (waiting: Waiting, isOverdue: boolean): boolean => this.#judge(waiting, isOverdue);
  readonly #afterPromises = (): void => process.nextTick(this.#step);
  policy: CallPolicy = EVERYBODY;
  /** Sockets hold more than a turn can read. */
  isBehind = false;
  #isAwaitingTurn = false;
  /** Of this turn. */
  #taken = 0;
  #toTake = 0;
  #closed = false;

  constructor(deps: CallGateDeps) {
    this.#deps = deps;
    this.#nextTurn = deps.nextTurn ?? ((run) => void setImmediate(run));
    this.#waiting = new WaitingCalls(deps.workMs ?? threadWorkMs);
    this.#refused = new RefusedInvites(deps.ports);
    const changed = (isOn: boolean, refused: number): void => this.#tellChange(isOn, refused);
    this.#spell = new RefusalSpell({ clock: deps.ports.clock, wheel: deps.wheel, changed });
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** False when the INVITE of a new call is to be worked on now; otherwise it waits, or has been refused. */
  holds(invite: SipMessage, flow: Flow): boolean {
    if (this.#isFree && this.#refused.isEmpty) return !this.#takeNow(flow);
    const key = this.#refused.keyOf(invite, flow);
    const refused = this.#refused.statusOf(key);
    if (refused !== undefined) {
      this.#tell(invite, flow, refused);
      return true;
    }
    if (this.#isFree) return !this.#takeNow(flow);
    // A copy of what waits. One whose 100 was lost is of a call that is being set up: a 503 would end it.
    if (this.#waiting.find(key) !== undefined) return true;
    if (this.#deps.isKnown(invite)) return false;
    const owner = this.policy.ownerOf(flow.remoteAddress);
    const isUrgent = this.policy.isUrgent(invite.uri) && (owner !== '' || this.#taken < CALLS_A_TURN);
    if (isUrgent) return !this.#takeNow(flow);
    if (this.#waiting.hasRoom(owner, invite.raw.length)) this.#wait(owner, key, invite, flow);
    else this.#refuse(key, invite, flow);
    return true;
  }

  /** True when it is a new call that would be refused without a word: reading it would be in vain. */
  dropsUnread(text: string, flow: Flow): boolean {
    if (this.#waiting.size === 0 || flow.reliable || !isNewCall(text)) return false;
    const owner = this.policy.ownerOf(flow.remoteAddress);
    if (this.#credit.has(owner) || this.#waiting.hasRoom(owner, text.length)) return false;
    if (this.policy.isUrgent(calledUri(text))) return false;
    this.#countDrop();
    return true;
  }

  /** True for the ACK of a refusal: there is nobody else to hear of it. */
  absorbs(ack: SipMessage, flow: Flow): boolean {
    return !this.#refused.isEmpty && this.#refused.statusOf(this.#refused.keyOf(ack, flow)) !== undefined;
  }

  /** True for the CANCEL of a call that waits or was refused, which has its answer (RFC 3261 9.2). */
  cancels(cancel: SipMessage, flow: Flow): boolean {
    if (this.#waiting.size === 0 && this.#refused.isEmpty) return false;
    const key = this.#refused.keyOf(cancel, flow);
    const waiting = this.#waiting.find(key);
    if (waiting === undefined && this.#refused.statusOf(key) === undefined) return false;
    this.#deps.answer(cancel, flow, 200);
    if (waiting === undefined) return true;
    this.#waiting.cancel(waiting);
    this.#refused.add(key, 487);
    this.policy.cancelled?.(flow.remoteAddress);
    this.#deps.answer(waiting.invite, waiting.flow, 487);
    return true;
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  get #isFree(): boolean {
    return this.#taken < CALLS_A_TURN && this.#waiting.size === 0 && !this.isBehind;
  }

  #takeNow(flow: Flow): true {
    this.#taken += 1;
    if (this.#credit.isUsed) this.#credit.earn(this.policy.ownerOf(flow.remoteAddress));
    this.#awaitTurn();
    return true;
  }

  #wait(owner: string, key: Hash, invite: SipMessage, flow: Flow): void {
    this.#waiting.put(owner, key, invite, flow);
    this.#awaitTurn();
  }

  #awaitTurn(): void {
    if (this.#isAwaitingTurn) return;
    this.#isAwaitingTurn = true;
    this.#nextTurn(this.#turn);
  }

  #beginTurn(): void {
    this.#isAwaitingTurn = false;
    this.#waiting.tick();
    this.#toTake = this.isBehind ? CALLS_A_FULL_TURN : Math.max(CALLS_A_TURN - this.#taken, CALLS_A_FULL_TURN);
    this.#taken = 0;
    this.#takeUp();
  }

  /** One call, and when what it has set going is settled the next one. */
  #takeUp(): void {
    const next = this.#waiting.take(this.#isGood);
    if (next === undefined || this.#closed) return;
    this.#toTake -= 1;
    this.#credit.earn(next.owner);
    this.#admit(next);
    if (this.#waiting.size === 0) return;
    if (this.#toTake > 0) void this.#settled.then(this.#afterPromises);
    else this.#awaitTurn();
  }

  #admit({ invite, flow }: Waiting): void {
    try {
      this.#deps.admit(invite, flow);
    } catch (error) {
      this.#deps.ports.logger.error({ err: error, flow: flow.id }, 'message handler threw');
    }
  }

  /** What has waited for too long is refused; who cancelled was told. */
  #judge({ invite, flow, key, isCancelled }: Waiting, isOverdue: boolean): boolean {
    if (flow.closed || isCancelled) return false;
    if (!isOverdue || this.#deps.isKnown(invite)) return true;
    this.#refuse(key, invite, flow);
    return false;
  }

  #refuse(key: Hash, invite: SipMessage, flow: Flow): void {
    this.#countDrop();
    // Who was not told asks again, and may find room: it is no call that has ended.
    if (!this.#tell(invite, flow, 503)) return;
    this.#refused.add(key, 503);
    this.#spell.countTold();
    this.policy.refused?.(flow.remoteAddress);
  }

  #countDrop(): void {
    this.#deps.ports.counters.count('dropped', 'overload');
    this.#spell.count();
  }

  #tellChange(isOn: boolean, refused: number): void {
    if (!isOn) {
      this.#credit.clear();
      this.#waiting.calm();
    }
    this.policy.changed?.(isOn, refused);
  }

  /** False when the refusal is kept back, as nothing is outside an overload: nobody would earn what copies have spent. */
  #tell(invite: SipMessage, flow: Flow, status: Refused): boolean {
    const isBounded = this.#spell.isOn && !flow.reliable;
    if (isBounded && !this.#credit.spend(this.policy.ownerOf(flow.remoteAddress))) return false;
    this.#deps.answer(invite, flow, status);
    return true;
  }
}
