import { note } from '../../telemetry/index.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { CallEnd } from './call.ts';
import type { JoinedLeg, Replaces } from './joined-legs.ts';
import type { Leg, LegPair, PendingTransfer } from './leg-pair.ts';
import { reinvite, sendingBothWays } from './reinvite.ts';
import { destroyDialog } from './release-leg.ts';
import type { TransferOrder } from './transfer.ts';
import { TransferNotifier } from './transfer-notifier.ts';

/**
 * REFER with Replaces under the policy `local` (RFC 5589 section 7): the transferor has two calls here, and who it talks
 * to in one is joined with who it talks to in the other. Only its own trunk's calls that are up can be named: another
 * one may be anybody's.
 */
export function startAttended(deps: BridgeDeps, order: TransferOrder, replaces: Replaces | null): void {
  const { call, pair, transferor, res } = order;
  const other = replaces === null ? undefined : deps.joinedLegs.find(replaces);
  const remaining = pair.otherOf(transferor);
  const target = other?.pair.otherOf(other.leg);
  const isOwn = other?.leg.trunk !== undefined && other.leg.trunk.id === transferor.trunk?.id;
  if (!isOwn || remaining === undefined || target === undefined || target === remaining || isBusy(pair, other.pair)) {
    res.send(603, undefined, {});
    return;
  }
  note(call.context, 'bridgeLegs', 'REFER with Replaces', `joined with call ${other.leg.call.context.uuid}`);
  note(other.leg.call.context, 'bridgeLegs', 'replaced', `joined with call ${call.context.uuid}`);
  const notifier = new TransferNotifier(transferor.dialog);
  const attended = new AttendedTransfer(order, other, remaining, target, notifier);
  res.send(202, undefined, {});
  notifier.progress(100);
  attended.run().catch(() => attended.fail(500));
}

function isBusy(...pairs: readonly LegPair[]): boolean {
  return pairs.some((pair) => pair.pending !== undefined);
}

/** One of the two calls until they are one. */
class Side implements PendingTransfer {
  readonly transferor: Leg;
  readonly pair: LegPair;
  readonly #onAbandoned: () => void;
  readonly #onLeft: () => void;
  isTransferorGone = false;

  constructor(transferor: Leg, pair: LegPair, onLeft: () => void, onAbandoned: () => void) {
    this.transferor = transferor;
    this.pair = pair;
    this.#onLeft = onLeft;
    this.#onAbandoned = onAbandoned;
    pair.pending = this;
  }

  transferorLeft(): void {
    this.isTransferorGone = true;
    this.#onLeft();
  }

  abandon(): void {
    this.#onAbandoned();
  }

  /** The call goes on as it was; without the transferor there is nobody to talk to. */
  giveBack(): void {
    this.pair.pending = undefined;
    const { call, side } = this.transferor;
    const other = this.pair.otherOf(this.transferor);
    if (!this.isTransferorGone || call.isEnded) return;
    call.end({ reason: 'answered', status: 200, hungUpBy: side });
    if (other !== undefined) destroyDialog(other.dialog, {});
  }
}

class AttendedTransfer {
  readonly #first: Side;
  readonly #second: Side;
  readonly #remaining: Leg;
  readonly #target: Leg;
  readonly #notifier: TransferNotifier;
  #isOver = false;

  constructor(order: TransferOrder, other: JoinedLeg, remaining: Leg, target: Leg, notifier: TransferNotifier) {
    const abandoned = () => this.fail(487);
    this.#first = new Side(order.transferor, order.pair, () => notifier.close(), abandoned);
    this.#second = new Side(other.leg, other.pair, () => undefined, abandoned);
    this.#remaining = remaining;
    this.#target = target;
    this.#notifier = notifier;
  }

  async run(): Promise<void> {
    const offer = sendingBothWays(this.#target.dialog.remote.sdp);
    const taken = offer === '' ? undefined : await reinvite(this.#remaining.dialog, offer);
    const isTaken = !this.#isOver && taken !== undefined && (await reinvite(this.#target.dialog, taken)) !== undefined;
    const isUp = [this.#first, this.#second].every((side) => !side.transferor.call.isEnded);
    if (this.#isOver) return;
    if (isTaken && isUp) this.#join();
    else this.fail(488);
  }

  /** Nothing is joined: both calls go on, as far as there is anybody left in them. */
  fail(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#notifier.finish(status);
    this.#first.giveBack();
    this.#second.giveBack();
  }

  #join(): void {
    this.#isOver = true;
    const { pair, transferor } = this.#first;
    const { transferor: consulted } = this.#second;
    pair.pending = undefined;
    this.#second.pair.pending = undefined;
    const legs = [transferor, consulted, this.#remaining, this.#target];
    const calls = new Set(legs.map((leg) => leg.call));
    pair.absorb(transferor, this.#target, this.#second.pair, calls);
    // A crash must not hang up on who has left.
    for (const leg of [transferor, consulted]) leg.call.dropLeg(leg.recordedAs);
    for (const call of calls) call.onTearDown((end) => this.#tearDown(end));
    this.#notifier.finish(200, () => destroyDialog(transferor.dialog, {}));
    destroyDialog(consulted.dialog, {});
  }

  #tearDown(end: CallEnd): void {
    const headers = { Reason: `SIP;cause=200;text="${end.reason}"` };
    // Another transfer may have put somebody else in the place of one.
    for (const { dialog } of this.#first.pair.legs) destroyDialog(dialog, headers);
    this.#first.pair.endLinked(end);
  }
}
