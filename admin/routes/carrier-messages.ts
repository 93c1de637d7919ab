import { Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_OR_UUID } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';
import { toE164 } from './did-routing.ts';
import { MESSAGE_SHAPE, messageView } from './messages.ts';

const TAG = 'Messages';
const REFERENCE = Type.String({ minLength: 1, maxLength: 200, description: "The carrier's name for the message." });

/** What whoever joins a carrier to this server hands in, with an operator key; each can be repeated. */
export function installCarrierMessages(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'POST',
    url: '/messages/inbound',
    tag: TAG,
    summary: 'A carrier brings a message for a number; the same reference comes in once',
    scope: 'operator',
    body: Type.Object(
      {
        from: Type.String({ minLength: 1, maxLength: 32, description: 'A number, or a name of up to 11 characters.' }),
        to: Type.String({ minLength: 3, maxLength: 32 }),
        body: Type.String({ maxLength: 5000, pattern: '^[^\\u0000]*$' }),
        reference: REFERENCE,
      },
      { additionalProperties: false },
    ),
    response: envelope(MESSAGE_SHAPE),
    handler: async ({ body }) => {
      const message = await deps.store.messages.receive({ ...body, to: toE164(body.to) });
      return { data: messageView(message, (await deps.store.messages.deliveries([message.id])).get(message.id)) };
    },
  });
  define({
    method: 'POST',
    url: '/messages/receipts',
    tag: TAG,
    summary: 'A carrier tells what became of a message; the first receipt counts',
    scope: 'operator',
    body: Type.Object(
      {
        reference: REFERENCE,
        status: Type.Enum(['delivered', 'failed']),
        reason: Type.Optional(Type.String({ maxLength: 200 })),
      },
      { additionalProperties: false },
    ),
    response: envelope(MESSAGE_SHAPE),
    handler: async ({ body: { reference, status, reason } }) => ({
      data: messageView(await deps.store.messages.takeReceipt({ carrierId: reference, status, reason })),
    }),
  });
  define({
    method: 'POST',
    url: '/messages/prices',
    tag: TAG,
    summary: 'Set what one part costs: for an account, or for whoever has no price of its own',
    scope: 'operator',
    body: Type.Object(
      {
        account_id: Type.Optional(ID_OR_UUID),
        prefix: Type.Optional(Type.String({ pattern: '^[0-9]{0,15}$', description: 'Digits; the longest counts.' })),
        price_micros: Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'Millionths of EUR.' }),
      },
      { additionalProperties: false },
    ),
    response: envelope(Type.Object({ prefix: Type.String(), price_micros: Type.Integer() })),
    handler: async ({ principal, body: { account_id, prefix = '', price_micros } }) => {
      const accountId = account_id === undefined ? null : (await targetAccount(deps, principal, account_id)).id;
      await deps.store.messages.setPrice(principal.actor, { accountId, prefix, priceMicros: price_micros });
      return { data: { prefix, price_micros } };
    },
  });
}
