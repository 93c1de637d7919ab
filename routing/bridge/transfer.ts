import { note } from '../../telemetry/index.ts';
import type { CallContext } from '../call-context.ts';
import { parseNameAddr } from '../sip-uri.ts';
import type { SrfRequest, SrfResponse } from '../srf-adapter.ts';
import { startAttended } from './attended-transfer.ts';
import type { BridgeDeps } from './bridge-deps.ts';
import type { Call } from './call.ts';
import { followOnRequest } from './follow-on-request.ts';
import { readReplaces } from './joined-legs.ts';
import type { Leg, LegPair } from './leg-pair.ts';
import { sendingBothWays } from './reinvite.ts';
import { destroyDialog } from './release-leg.ts';
import { connectTransferred } from './transfer-join.ts';
import { TransferNotifier } from './transfer-notifier.ts';

export interface TransferOrder {
  readonly call: Call;
  readonly pair: LegPair;
  /** Who sent the REFER, and is about to leave. */
  readonly transferor: Leg;
  readonly req: SrfRequest;
  readonly res: SrfResponse;
  /** Takes the leg that has come in as one of the two. */
  listen(leg: Leg): void;
}

/**
 * REFER with the policy `local` (RFC 3515, RFC 5589 section 6): the transferor's trunk calls the target as if it had
 * dialled it, under its own ceilings and at its own cost; who stays is joined with whoever answers.
 */
export function startTransfer(deps: BridgeDeps, order: TransferOrder): void {
  const { call, pair, transferor, req, res } = order;
  const target = parseNameAddr(req.get('refer-to') ?? '')?.uri ?? '';
  const { trunk } = transferor;
  const remaining = pair.otherOf(transferor);
  const replaces = readReplaces(target);
  if (replaces !== undefined) {
    startAttended(deps, order, replaces);
    return;
  }
  if (trunk === undefined || remaining === undefined || pair.pending !== undefined) {
    res.send(603, undefined, {});
    return;
  }
  const request = followOnRequest(call.context, trunk, shownNumber(call.context, transferor), target);
  const offer = sendingBothWays(remaining.dialog.remote.sdp);
  if (request === undefined || offer === '') {
    res.send(request === undefined ? 400 : 488, undefined, {});
    return;
  }
  const notifier = new TransferNotifier(transferor.dialog);
  const transfer = new Transfer(order, notifier);
  const placed = deps.placeFollowOn({
    trunk,
    request,
    req: asInvite(req, offer, transfer),
    res: transfer.res,
    connect: (_deps, { call: made }, leg, answered) =>
      connectTransferred({ ...order, remaining, made, offer, notifier }, leg, answered),
  });
  if ('reason' in placed) {
    note(call.context, 'bridgeLegs', `REFER to ${target}`, placed.reason);
    res.send(placed.status, undefined, {});
    return;
  }
  note(call.context, 'bridgeLegs', `REFER to ${target}`, `call ${placed.context.uuid}`);
  pair.pending = transfer;
  transfer.call = placed;
  res.send(202, undefined, {});
  notifier.progress(100);
}

/** The number the transferor is known by in this call: the one that was called, or the one it showed. */
function shownNumber({ calledNumber, presentation, caller }: CallContext, { side }: Leg): string {
  return side === 'callee' ? calledNumber : (presentation?.user ?? caller);
}

/** What the new call's runner takes for its caller: the REFER carries the way to the engine, we the offer. */
function asInvite(refer: SrfRequest, offer: string, transfer: Transfer): SrfRequest {
  return {
    method: 'INVITE',
    uri: refer.uri,
    source_address: refer.source_address,
    source_port: refer.source_port,
    protocol: refer.protocol,
    socket: refer.socket,
    ...(refer.sessionToken === undefined ? {} : { sessionToken: refer.sessionToken }),
    body: offer,
    get: () => undefined,
    has: () => false,
    on: (event: string, listener: unknown) => {
      if (event === 'cancel') transfer.onCancel(listener as (cancel: Pick<SrfRequest, 'get'>) => void);
    },
  } as SrfRequest;
}

/** One transfer from its 202 to its last NOTIFY. */
class Transfer {
  readonly #order: TransferOrder;
  readonly #notifier: TransferNotifier;
  call: Call | undefined;
  #isTransferorGone = false;
  #cancel: ((cancel: Pick<SrfRequest, 'get'>) => void) | undefined;
  readonly res: SrfResponse;

  constructor(order: TransferOrder, notifier: TransferNotifier) {
    this.#order = order;
    this.#notifier = notifier;
    let isFinal = false;
    this.res = {
      get finalResponseSent() {
        return isFinal;
      },
      send: (status) => {
        if (isFinal) return;
        isFinal = status >= 200;
        if (status < 200) notifier.progress(status);
        else this.#failed(status);
      },
    };
  }

  get transferor(): Leg {
    return this.#order.transferor;
  }

  onCancel(cancel: (cancel: Pick<SrfRequest, 'get'>) => void): void {
    this.#cancel = cancel;
  }

  transferorLeft(): void {
    this.#isTransferorGone = true;
    this.#notifier.close();
  }

  abandon(): void {
    this.#order.pair.pending = undefined;
    this.#cancel?.({ get: () => undefined });
    this.#notifier.close();
  }

  /** Nobody took the call: the two talk on, unless the transferor has left. */
  #failed(status: number): void {
    const { call, pair, transferor } = this.#order;
    if (pair.pending === this) pair.pending = undefined;
    this.#notifier.finish(status);
    if (!this.#isTransferorGone || call.isEnded) return;
    const remaining = pair.otherOf(transferor);
    call.end({ reason: 'answered', status: 200, hungUpBy: transferor.side });
    if (remaining !== undefined) destroyDialog(remaining.dialog, {});
  }
}
