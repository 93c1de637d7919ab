import { FairQueue } from './fair-queue.ts';
import type { SipMessage } from './message/index.ts';
import type { EnginePorts } from './ports.ts';
import { RefusalSpell } from './refusal-spell.ts';
import { RefusedInvites } from './refused-invites.ts';
import type { TimingWheel } from './timer/index.ts';
import type { Flow } from './transport/index.ts';
import type { CallPolicy } from './types.ts';

export interface CallGateDeps {
  readonly ports: EnginePorts;
  readonly wheel: TimingWheel;
  /** A copy of an INVITE that is being worked on. */
  readonly isKnown: (invite: SipMessage) => boolean;
  readonly admit: (invite: SipMessage, flow: Flow) => void;
  /** Answers without a transaction: 503, the same to every copy (RFC 3261 8.2.7). */
  readonly refuse: (invite: SipMessage, flow: Flow) => void;
  /** Runs it in the next turn of the event loop, behind what sockets have to say. @default setImmediate */
  readonly nextTurn?: (run: () => void) => void;
}

interface Waiting {
  readonly invite: SipMessage;
  readonly flow: Flow;
  readonly sinceMs: number;
}

/** New calls that a turn of the event loop takes up: what they bring about has to be read before the next ones are. */
const CALLS_A_TURN = 8;
/** While sockets hold more than a turn can read: what belongs to calls comes first, but a flood must not end all new ones. */
const CALLS_A_FULL_TURN = 1;
/** A crowd that is worked off within this time is no overload: until then all it costs is a wait, however slow the machine. */
const PATIENCE_MS = 1000;
/** Whose calls have waited longer then gets no more in: far below T1, and so short that few grow old in the heap. */
const MOST_WAIT_MS = 50;
/**
 * Refusals that are told over UDP for each call that is taken up, and how many may come at once: a refusal and its ACK take
 * an eighth of a call's time. Whoever is not told asks again.
 */
const REFUSALS_A_CALL = 0.5;
const MOST_REFUSALS = 32;
/** The time of the thread's work that a turn stands for at most: who waited while it stood still has not waited for others. */
const MOST_TURN_MS = 10;
/** Shared by all whose calls wait; everybody may have one. */
const MOST_WAITING = 1024;
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

const EVERYBODY: CallPolicy = { ownerOf: (address) => address, isUrgent: () => false };

/**
 * Keeps a thread that is offered more calls than it carries at what it carries (RFC 6357, RFC 7339 in part): what belongs to
 * calls is worked on as it comes, new calls wait behind it, those of one peer apart from those of the others, whose turns
 * come round. Whose calls keep waiting for too long hears 503 at a fraction of what a call costs. So nothing is estimated: the
 * wait of calls that are taken up is what tells that there are too many.
 */
export class CallGate {
  readonly #deps: CallGateDeps;
  readonly #waiting = new FairQueue<Waiting>();
  readonly #refused: RefusedInvites;
  readonly #spell: RefusalSpell;
  readonly #nextTurn: (run: () => void) => void;
  readonly #settled = Promise.resolve();
  readonly #turn = (): void => this.#beginTurn();
  readonly #step = (): void => this.#takeUp();
  readonly #isInTime = (waiting: Waiting, standsSinceMs: number): boolean => this.#judge(waiting, standsSinceMs);
  readonly #afterPromises = (): void => process.nextTick(this.#step);
  policy: CallPolicy = EVERYBODY;
  /** Sockets hold more than a turn can read. */
  isBehind = false;
  #isAwaitingTurn = false;
  /** Of the system's clock, when calls were last taken up. */
  #turnMs = 0;
  /** What waiting is measured by: the turns' time. */
  #nowMs = 0;
  /** Of this turn. */
  #taken = 0;
  #toTake = 0;
  /** Refusals that may be told. */
  #tellable = MOST_REFUSALS;
  #waitingBytes = 0;
  #closed = false;

  constructor(deps: CallGateDeps) {
    this.#deps = deps;
    this.#nextTurn = deps.nextTurn ?? ((run) => void setImmediate(run));
    this.#refused = new RefusedInvites(deps.ports);
    const changed = (isOn: boolean, refused: number): void => this.policy.changed?.(isOn, refused);
    this.#spell = new RefusalSpell({ clock: deps.ports.clock, wheel: deps.wheel, changed });
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** False when the INVITE of a new call is to be worked on now; otherwise it waits, or has been refused. */
  holds(invite: SipMessage, flow: Flow): boolean {
    if (this.#refused.has(invite, flow)) {
      this.#tell(invite, flow);
      return true;
    }
    if (this.#isFree) return !this.#takeNow();
    const owner = this.policy.ownerOf(flow.remoteAddress);
    const isUrgent = this.policy.isUrgent(invite.uri) && (owner !== '' || this.#taken < CALLS_A_TURN);
    if (isUrgent) return !this.#takeNow();
    if (this.#hasRoom(owner, invite.raw.length)) this.#wait(owner, invite, flow);
    // Its 100 was lost: a 503 would end a call that is being set up.
    else if (this.#deps.isKnown(invite)) return false;
    else this.#refuse(invite, flow);
    return true;
  }

  /** True when it is a new call that would be refused without a word: reading it would be in vain. */
  dropsUnread(text: string, flow: Flow): boolean {
    if (this.#tellable >= 1 || flow.reliable || !isNewCall(text)) return false;
    if (this.#hasRoom(this.policy.ownerOf(flow.remoteAddress), text.length)) return false;
    if (this.policy.isUrgent(text.slice(INVITE.length, text.indexOf(' ', INVITE.length)))) return false;
    this.#countRefusal(flow);
    return true;
  }

  /** True for the ACK of a refusal: there is nobody else to hear of it. */
  absorbs(ack: SipMessage, flow: Flow): boolean {
    return this.#refused.has(ack, flow);
  }

  close(): void {
    this.#closed = true;
    this.#waiting.clear();
  }

  get #isFree(): boolean {
    return this.#taken < CALLS_A_TURN && this.#waiting.size === 0 && !this.isBehind;
  }

  #takeNow(): true {
    this.#taken += 1;
    this.#mayTell();
    this.#awaitTurn();
    return true;
  }

  /** Whoever has calls that wait for too long has more than its share. */
  #hasRoom(owner: string, bytes: number): boolean {
    const oldest = this.#waiting.oldest(owner);
    if (this.#waitingBytes + bytes > MOST_WAITING_BYTES) return false;
    if (oldest === undefined) return true;
    const isLong = this.#waiting.countOf(owner) >= MOST_WAITING / (this.#waiting.owners + 1);
    return !isLong && !this.#isOverdue(oldest, this.#waiting.standsSinceMs(owner) ?? this.#nowMs, MOST_WAIT_MS);
  }

  #isOverdue({ sinceMs }: Waiting, standsSinceMs: number, mostMs: number): boolean {
    return this.#nowMs - standsSinceMs > PATIENCE_MS && this.#nowMs - sinceMs > mostMs;
  }

  #wait(owner: string, invite: SipMessage, flow: Flow): void {
    this.#waiting.put(owner, { invite, flow, sinceMs: this.#nowMs }, this.#nowMs);
    this.#waitingBytes += invite.raw.length;
    this.#awaitTurn();
  }

  #awaitTurn(): void {
    if (this.#isAwaitingTurn) return;
    this.#isAwaitingTurn = true;
    this.#nextTurn(this.#turn);
  }

  #beginTurn(): void {
    this.#isAwaitingTurn = false;
    const turnMs = this.#deps.ports.clock.nowMs();
    this.#nowMs += Math.min(turnMs - this.#turnMs, MOST_TURN_MS);
    this.#turnMs = turnMs;
    this.#toTake = this.isBehind ? CALLS_A_FULL_TURN : Math.max(CALLS_A_TURN - this.#taken, CALLS_A_FULL_TURN);
    this.#taken = 0;
    this.#takeUp();
  }

  /** One call, and when what it has set going is settled the next one. */
  #takeUp(): void {
    const next = this.#waiting.take(this.#isInTime);
    if (next === undefined || this.#closed) return;
    this.#toTake -= 1;
    this.#mayTell();
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

  /** What has waited for longer than its client may still wait is refused; a copy may have been refused meanwhile. */
  #judge(waiting: Waiting, standsSinceMs: number): boolean {
    const { invite, flow } = waiting;
    this.#waitingBytes -= invite.raw.length;
    if (flow.closed || this.#refused.has(invite, flow)) return false;
    if (!this.#isOverdue(waiting, standsSinceMs, 2 * MOST_WAIT_MS) || this.#deps.isKnown(invite)) return true;
    this.#refuse(invite, flow);
    return false;
  }

  #refuse(invite: SipMessage, flow: Flow): void {
    this.#countRefusal(flow);
    // Who was not told asks again, and may find room.
    if (this.#tell(invite, flow)) this.#refused.add(invite, flow);
  }

  #countRefusal(flow: Flow): void {
    this.#deps.ports.counters.count('dropped', 'overload');
    this.policy.refused?.(flow.remoteAddress);
    this.#spell.count();
  }

  #mayTell(): void {
    this.#tellable = Math.min(this.#tellable + REFUSALS_A_CALL, MOST_REFUSALS);
  }

  /** False when the refusal is kept back. */
  #tell(invite: SipMessage, flow: Flow): boolean {
    if (this.#tellable < 1 && !flow.reliable) return false;
    this.#tellable -= flow.reliable ? 0 : 1;
    this.#deps.refuse(invite, flow);
    return true;
  }
}

const INVITE = 'INVITE ';

const TAG = /tag/i;

/** By its first line and its To, where both stand as nearly everybody writes them; whatever else may be a call's is read. */
function isNewCall(text: string): boolean {
  if (!text.startsWith(INVITE)) return false;
  const to = text.indexOf('\nTo:');
  // A body may have such a line, too.
  if (to < 0 || to > text.indexOf('\r\n\r\n')) return false;
  const end = text.indexOf('\n', to + 1);
  const isFolded = text[end + 1] === ' ' || text[end + 1] === '\t';
  return !isFolded && !TAG.test(text.slice(to, end));
}
