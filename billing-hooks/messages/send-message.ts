import {
  createMessage,
  DEFAULT_CURRENCY,
  type DidRow,
  findMessageByKey,
  getDid,
  hasOptedOut,
  type MessageRow,
  type Ref,
  type Store,
  type StoreContext,
  sentSince,
  TenancyError,
  type Visible,
} from '../../tenancy/index.ts';
import { type CallHolds, duringAll, NO_CALLS } from '../funds/index.ts';
import { countSegments } from './count-segments.ts';
import { chargeMessage, messageCharges } from './message-money.ts';

/** Messages a minute from one number; carriers cut off numbers that send like machines. */
export const PER_MINUTE = 60;
/** Most parts of one message; carriers drop longer ones. */
export const MOST_SEGMENTS = 10;
const MINUTE_MS = 60_000;

export interface MessageRequest {
  /** The number of the account: id, uuid or E.164. */
  readonly from: Ref;
  /** E.164. */
  readonly to: string;
  readonly body: string;
  /** The same key makes one message, also after a restart. */
  readonly idempotencyKey: string | undefined;
}

/** The number has sent as much as it may in a minute. */
export class MessageLimitError extends Error {
  readonly code = 'rate_limited';
  readonly retryAfterSec: number;

  constructor(number: string, retryAfterSec: number) {
    super(`${number} may send ${PER_MINUTE} messages a minute.`);
    this.name = 'MessageLimitError';
    this.retryAfterSec = retryAfterSec;
  }
}

/**
 * Takes a message on: it is charged for and waits for the carrier, in one transaction, or neither.
 * @throws TenancyError `not_found`, `validation_failed`, `conflict` for who opted out, `insufficient_balance`
 * @throws MessageLimitError
 */
export async function acceptMessage(
  store: Store,
  request: MessageRequest,
  visible: Visible,
  holds: CallHolds = NO_CALLS,
): Promise<MessageRow> {
  const did = await getDid(store, request.from, visible);
  const { encoding, segments } = countSegments(request.body);
  if (segments > MOST_SEGMENTS)
    throw fault('body', `needs ${segments} parts (${encoding}); at most ${MOST_SEGMENTS} are sent`);
  const charges = await messageCharges(store, did.accountId, request.to, segments);
  const priceMicros = charges[0]?.amountMicros ?? 0;
  const purchases = charges.map(({ accountId, amountMicros }) => ({
    ...{ accountId, amountMicros, currency: DEFAULT_CURRENCY },
  }));
  return duringAll(holds, purchases, (heldMicros) =>
    store.write(async (context) => {
      const earlier = await replayed(context, did, request);
      if (earlier !== undefined) return earlier;
      await check(context, await getDid(context, did.id, visible), request.to);
      const message = await createMessage(context, {
        ...{ accountId: did.accountId, didId: did.id, direction: 'out', status: 'queued' },
        ...{ fromNumber: did.number, toNumber: request.to, body: request.body, encoding, segments, priceMicros },
        idempotencyKey: request.idempotencyKey ?? null,
      });
      await chargeMessage(context, message, charges, heldMicros);
      return message;
    }),
  );
}

async function replayed(
  context: StoreContext,
  did: DidRow,
  { to, body, idempotencyKey }: MessageRequest,
): Promise<MessageRow | undefined> {
  if (idempotencyKey === undefined) return undefined;
  const earlier = await findMessageByKey(context, did.accountId, idempotencyKey);
  if (earlier === undefined) return undefined;
  if (earlier.didId === did.id && earlier.toNumber === to && earlier.body === body) return earlier;
  throw new TenancyError('idempotency_mismatch', 'This idempotency key was used before for something else.');
}

async function check(context: StoreContext, did: DidRow, to: string): Promise<void> {
  if (did.status !== 'active') throw fault('from', `${did.number} is not active`);
  if (!did.smsEnabled) throw fault('from', `${did.number} does not support messages (sms_enabled)`);
  if (did.blockSize !== 1) throw fault('from', `${did.number} is a block`);
  if (await hasOptedOut(context, did.id, to))
    throw new TenancyError('conflict', `to: ${to} has asked ${did.number} for no more messages`, { field: 'to' });
  const now = context.clock.nowMs();
  const recent = await sentSince(context, did.id, now - MINUTE_MS);
  const oldest = recent[recent.length - PER_MINUTE];
  if (oldest !== undefined) throw new MessageLimitError(did.number, Math.ceil((oldest + MINUTE_MS - now) / 1000));
}

function fault(field: string, problem: string): TenancyError {
  return new TenancyError('validation_failed', `${field}: ${problem}`, { field });
}
