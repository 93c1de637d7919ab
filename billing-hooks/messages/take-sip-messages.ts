import {
  createMessage,
  deleteSipMessage,
  dueSipMessages,
  findDid,
  findMessageByKey,
  hasSipMessages,
  postponeSipMessages,
  type SipMessageRow,
  type Store,
  TenancyError,
} from '../../tenancy/index.ts';
import type { CallHolds } from '../funds/index.ts';
import { countSegments } from './count-segments.ts';
import { acceptMessage, MessageLimitError } from './send-message.ts';

const AT_ONCE = 200;

/**
 * Takes on what PBXes have handed in by SIP MESSAGE: charged, bounded and refused like what the API is given. What is
 * refused is kept as a failed message with its reason, since the PBX has had its 202. @returns how many were taken on
 */
export async function takeSipMessages(store: Store, holds: CallHolds): Promise<number> {
  // Asked several times a second, and as a rule there are none.
  if (!(await store.read(hasSipMessages))) return 0;
  const rows = await dueSipMessages(store, AT_ONCE);
  const waiting = new Set<number>();
  let taken = 0;
  for (const row of rows) {
    if (waiting.has(row.didId)) continue;
    if (await take(store, row, holds)) taken += 1;
    else waiting.add(row.didId);
  }
  return taken;
}

/** @returns whether its number may go on */
async function take(store: Store, row: SipMessageRow, holds: CallHolds): Promise<boolean> {
  const { id, accountId, didId, toNumber: to, body } = row;
  const request = { from: String(didId), to, body, idempotencyKey: keyOf(row) };
  try {
    // Its account alone: a number that has moved meanwhile is somebody else's.
    await acceptMessage(store, request, new Set([accountId]), holds);
  } catch (error) {
    if (error instanceof MessageLimitError) {
      const dueAtMs = store.clock.nowMs() + error.retryAfterSec * 1000;
      await store.write((context) => postponeSipMessages(context, didId, dueAtMs));
      return false;
    }
    if (!(error instanceof TenancyError)) throw error;
    await refuse(store, row, error);
    return true;
  }
  // Only now: what was accepted and not deleted before a crash is accepted again, as the same message.
  await store.write((context) => deleteSipMessage(context, id));
  return true;
}

/** Whatever is wrong with one message, it is off the queue afterwards: those of others are behind it. */
function refuse(store: Store, row: SipMessageRow, error: TenancyError): Promise<void> {
  const { id, accountId, didId, toNumber, body } = row;
  return store.write(async (context) => {
    await deleteSipMessage(context, id);
    const did = await findDid(context, didId, null);
    if (did === undefined || did.accountId !== accountId) return;
    const isUsed = (await findMessageByKey(context, accountId, keyOf(row))) !== undefined;
    await createMessage(context, {
      ...{ accountId, didId, direction: 'out', status: 'failed', reason: error.message },
      ...{ fromNumber: did.number, toNumber, body, ...countSegments(body) },
      idempotencyKey: isUsed ? null : keyOf(row),
    });
  });
}

function keyOf({ requestKey }: SipMessageRow): string {
  return `sip ${requestKey}`;
}
