import {
  duePortings,
  getPorting,
  isOpenPorting,
  type PortingRow,
  pinOf,
  type Store,
  type StoreContext,
  TenancyError,
  updatePorting,
  writeAudit,
} from '../../tenancy/index.ts';
import type { CarrierAdapter, PortRequest, PortState } from '../inventory/index.ts';
import { decidePort, type PortDecision } from './decide-port.ts';

/** How often a carrier is asked that has not decided (ms). */
const ASK_AGAIN_MS = 3_600_000;
/** After a carrier that did not answer: doubled each time, to the above. */
const RETRY_MS = 60_000;
const AT_ONCE = 20;

/**
 * Hands porting orders to the carrier, and asks how it stands with those that it has, by the same reference each time.
 * The carrier is never called inside a transaction.
 * @returns how many went a step further
 */
export async function workOnPorts(store: Store, carrier: CarrierAdapter): Promise<number> {
  let moved = 0;
  // What its operator ports by hand is decided by hand.
  if (carrier.port === undefined) return moved;
  for (const order of await duePortings(store, AT_ONCE)) if (await askAboutPort(store, carrier, order)) moved += 1;
  return moved;
}

/** The same for one, as soon as it is submitted. @returns whether it went a step further */
export async function askAboutPort(store: Store, carrier: CarrierAdapter, order: PortingRow): Promise<boolean> {
  const state = await carrier.port?.(requestOf(store, order)).catch(() => undefined);
  const by = `carrier:${carrier.name}`;
  try {
    return await store.write((context) => takeIn(context, order, state, by));
  } catch (error) {
    if (!(error instanceof TenancyError)) throw error;
    // Numbers that the carrier has brought and that cannot be taken in: somebody has to look.
    const rejected = { status: 'rejected', reason: error.message } as const;
    return store.write((context) => takeIn(context, order, rejected, by));
  }
}

async function takeIn(
  context: StoreContext,
  order: PortingRow,
  state: PortState | undefined,
  by: string,
): Promise<boolean> {
  const now = await getPorting(context, order.id, null);
  // The operator, or whoever cancelled it, was quicker.
  if (!isOpenPorting(now) || now.status !== order.status) return false;
  if (state === undefined || state.status === 'submitted' || isKnown(now, state)) {
    const attempts = state === undefined ? now.attempts + 1 : 0;
    const waitMs = state === undefined ? Math.min(ASK_AGAIN_MS, RETRY_MS * 2 ** now.attempts) : ASK_AGAIN_MS;
    await updatePorting(context, now.id, { attempts, dueAtMs: context.clock.nowMs() + waitMs });
    return false;
  }
  const { uuid: resourceId, accountId, status, reason } = await decidePort(context, now.id, state, by);
  const entry = { actor: by, action: status, resource: 'porting_order', resourceId, accountId };
  await writeAudit(context, { ...entry, before: null, after: { status, reason } });
  return true;
}

/**
 * Takes an order back, with the carrier if it has a say in it.
 * @throws TenancyError `conflict` when it is too late, or the carrier does not answer
 */
export async function cancelPort(store: Store, carrier: CarrierAdapter, order: PortingRow): Promise<PortDecision> {
  if (isOpenPorting(order) && carrier.cancelPort !== undefined) {
    const isInTime = await carrier.cancelPort(requestOf(store, order)).catch(() => undefined);
    if (isInTime === undefined) throw new TenancyError('conflict', 'The carrier does not answer; try again later.');
    if (!isInTime) throw new TenancyError('conflict', 'It is too late: the numbers are on their way.');
  }
  return { status: 'cancelled' };
}

/** The same day as before is nothing new. */
function isKnown(order: PortingRow, state: PortState): boolean {
  return state.status === 'accepted' && order.status === 'accepted' && order.portsAtMs === state.portsAtMs;
}

function requestOf(store: Store, order: PortingRow): PortRequest {
  const { numbers, uuid: reference, currentProvider, accountReference, earliestMs, createdAtMs } = order;
  const pin = pinOf(store, order);
  return { numbers, reference, currentProvider, accountReference, pin, earliestMs, submittedAtMs: createdAtMs };
}
