import {
  appendOutbox,
  createMessage,
  findMessageByCarrier,
  getDid,
  type MessageRow,
  type StoreContext,
  setOptOut,
  startMessageDelivery,
  TenancyError,
} from '../../tenancy/index.ts';
import { countSegments } from './count-segments.ts';
import { optOutWord } from './opt-out-word.ts';

export interface InboundMessage {
  readonly from: string;
  /** A number of ours, E.164. */
  readonly to: string;
  readonly body: string;
  /** The carrier's name for it: the same one comes in once. */
  readonly reference: string;
}

/**
 * Takes a message in from the carrier: kept, told as `message.received` (F-086), on its way to the PBX of its number, and
 * obeyed where it is STOP or START.
 * Call it within `store.write`.
 * @throws TenancyError `not_found` for a number that is not ours, `validation_failed` for one that takes no messages
 */
export async function takeInbound(context: StoreContext, inbound: InboundMessage): Promise<MessageRow> {
  const { from, to, body, reference } = inbound;
  const earlier = await findMessageByCarrier(context, 'in', reference);
  if (earlier !== undefined) return earlier;
  const did = await getDid(context, to, null);
  if (did.status !== 'active' || !did.smsEnabled)
    throw new TenancyError('validation_failed', `to: ${to} takes no messages`, { field: 'to' });
  const { accountId, id: didId } = did;
  const { encoding, segments } = countSegments(body);
  const message = await createMessage(context, {
    ...{ accountId, didId, direction: 'in', status: 'received', carrierRef: reference },
    ...{ fromNumber: from, toNumber: to, body, encoding, segments },
  });
  await startMessageDelivery(context, message);
  const word = optOutWord(body);
  // An alphanumeric sender cannot be sent to, so it has nothing to opt out of.
  if (word !== undefined && /^\+[1-9]\d{3,14}$/.test(from)) await setOptOut(context, didId, from, word === 'out');
  const data = { message_id: message.uuid, from, to, body, segments };
  await appendOutbox(context, [{ accountId, event: 'message.received', data }]);
  return message;
}
