import {
  appendOutbox,
  createDid,
  findDid,
  getAccount,
  getPorting,
  getTrunk,
  isOpenPorting,
  type NumberType,
  type PortingRow,
  type Ref,
  type StoreContext,
  TenancyError,
  tellOfNumber,
  updatePorting,
} from '../../tenancy/index.ts';
import { describeNumber, monthlyRateOf, type PortState } from '../inventory/index.ts';

export type PortDecision = Exclude<PortState, { readonly status: 'submitted' }> | { readonly status: 'cancelled' };

/**
 * What became of a porting order; numbers that have come are there at once, and their rent is due from that moment on.
 * Call it within `store.write`.
 * @throws TenancyError `conflict` when it is over already
 */
export async function decidePort(
  context: StoreContext,
  ref: Ref,
  decision: PortDecision,
  by: string,
): Promise<PortingRow> {
  const order = await getPorting(context, ref, null);
  if (!isOpenPorting(order)) throw new TenancyError('conflict', `The order is ${order.status} already.`);
  if (decision.status === 'completed') await takeOver(context, order);
  const decided = await updatePorting(context, order.id, { ...changeOf(context, decision), decidedBy: by });
  await tell(context, decided, decision.status);
  return decided;
}

function changeOf({ clock }: StoreContext, decision: PortDecision) {
  const { status } = decision;
  // Asked again when they should be here.
  if (status === 'accepted') return { status, portsAtMs: decision.portsAtMs, attempts: 0, dueAtMs: decision.portsAtMs };
  if (status === 'completed') return { status, portsAtMs: clock.nowMs() };
  return { status, reason: status === 'rejected' ? decision.reason : null };
}

async function tell(context: StoreContext, order: PortingRow, status: PortDecision['status']): Promise<void> {
  const { id, uuid, accountId, numbers, currentProvider, portsAtMs, reason } = order;
  const common = { porting_id: id, porting_uuid: uuid, numbers, current_provider: currentProvider };
  const when = { ports_at: new Date(portsAtMs ?? context.clock.nowMs()).toISOString() };
  const more = { accepted: when, completed: when, rejected: { reason }, cancelled: {} }[status];
  await appendOutbox(context, [{ accountId, event: `porting.${status}`, data: { ...common, ...more } }]);
}

/** @throws TenancyError `conflict` when one of the numbers cannot be taken in */
async function takeOver(context: StoreContext, order: PortingRow): Promise<void> {
  const { accountId, trunkId, numbers } = order;
  const nowMs = context.clock.nowMs();
  if ((await getAccount(context, accountId, null)).status === 'closed')
    throw new TenancyError('conflict', 'The account was closed meanwhile.');
  const destination = await destinationOf(context, accountId, trunkId);
  for (const number of numbers) {
    if ((await findDid(context, number, null)) !== undefined)
      throw new TenancyError('conflict', `${number} is on this server already.`);
    const { country = null, type = null } = describeNumber(number) ?? {};
    const did = await createDid(context, {
      ...{ accountId, number, destination, status: 'active', activatedAtMs: nowMs, renewsAtMs: nowMs },
      ...{ country, type, monthlyRateMicros: rateOf(country, type) },
    });
    await tellOfNumber(context, 'number.activated', did);
  }
}

/** A trunk that was deleted meanwhile rings nowhere. */
async function destinationOf(context: StoreContext, accountId: number, trunkId: number | null) {
  if (trunkId === null) return null;
  const trunk = await getTrunk(context, trunkId, new Set([accountId])).catch(() => undefined);
  return trunk === undefined ? null : ({ kind: 'trunk', trunkId } as const);
}

/** What it was when the order was submitted is what it is now: the table does not change while the server runs. */
function rateOf(country: string | null, type: NumberType | null): number {
  return country === null || type === null ? 0 : (monthlyRateOf(country, type) ?? 0);
}
