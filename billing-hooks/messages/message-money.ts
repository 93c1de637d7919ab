import { accountChain, findMessagePrice, type MessageRow, postEntry, type StoreContext } from '../../tenancy/index.ts';
import { creditOf } from '../terms/index.ts';

/** One who pays for a message, to the account above it or to the platform. */
export interface MessageCharge {
  readonly accountId: number;
  readonly payeeId: number | null;
  readonly amountMicros: number;
}

/** What everybody pays for that many parts: its account, then those above it, each by its own prices. */
export async function messageCharges(
  context: StoreContext,
  accountId: number,
  to: string,
  segments: number,
): Promise<readonly MessageCharge[]> {
  const chain = (await accountChain(context, accountId)).map(({ id }) => id);
  const charges: MessageCharge[] = [];
  let inherited = (await findMessagePrice(context, 0, to)) ?? 0;
  // From the top, because who has no price of its own pays what the account above it pays.
  for (const [index, id] of [...chain].reverse().entries()) {
    inherited = (await findMessagePrice(context, id, to)) ?? inherited;
    const payeeId = index === 0 ? null : (chain[chain.length - index] ?? null);
    charges.unshift({ accountId: id, payeeId, amountMicros: inherited * segments });
  }
  return charges;
}

/** Takes the money. @throws TenancyError `insufficient_balance` @param heldMicros what calls hold of an account's wallet now */
export async function chargeMessage(
  context: StoreContext,
  message: MessageRow,
  charges: readonly MessageCharge[],
  heldMicros: (accountId: number) => number,
): Promise<void> {
  for (const charge of charges) {
    const creditMicros = (await creditOf(context, charge.accountId)) - heldMicros(charge.accountId);
    await post(context, message, charge, 'charge', creditMicros);
  }
}

/** Gives back what was paid for a message that the carrier never took. */
export async function refundMessage(context: StoreContext, message: MessageRow): Promise<void> {
  const paid = await context.db
    .selectFrom('ledgerEntries as e')
    .innerJoin('ledgerPostings as p', 'p.entryId', 'e.id')
    .innerJoin('ledgerAccounts as a', 'a.id', 'p.ledgerAccountId')
    .select(['e.id', 'a.accountId', 'a.kind', 'p.amountMicros'])
    .where('e.referenceType', '=', 'message')
    .where('e.referenceId', '=', message.id)
    .where('e.kind', '=', 'charge')
    .execute();
  for (const { id, accountId, amountMicros } of paid.filter(({ kind }) => kind === 'wallet')) {
    const payee = paid.find((row) => row.id === id && row.kind === 'revenue');
    if (accountId === null || payee === undefined) continue;
    const charge = { accountId, payeeId: payee.accountId, amountMicros };
    await post(context, message, charge, 'refund', Number.MAX_SAFE_INTEGER);
  }
}

/** @param charge negative amounts flow back */
async function post(
  context: StoreContext,
  { id, uuid, accountId: ownerId, toNumber, segments, currency }: MessageRow,
  { accountId, payeeId, amountMicros }: MessageCharge,
  kind: 'charge' | 'refund',
  creditMicros: number,
): Promise<void> {
  if (amountMicros === 0) return;
  await postEntry(context, {
    idempotencyKey: `message:${uuid}:account:${accountId}:${kind}`,
    accountId,
    kind,
    referenceType: 'message',
    referenceId: id,
    note: accountId === ownerId ? `${toNumber} ${segments} part${segments === 1 ? '' : 's'}` : '',
    currency,
    creditMicros,
    postings: [
      { accountId, kind: 'wallet', amountMicros: -amountMicros },
      { accountId: payeeId, kind: 'revenue', amountMicros },
    ],
  });
}
