import {
  assignDeck,
  createDeck,
  deleteDeck,
  getDeck,
  getFunding,
  getTerms,
  listDecks,
  listRates,
  loadRateBook,
  type PaymentProvider,
  parseRatesCsv,
  payersOf,
  putRates,
  type RatingService,
  rerateCalls,
  setFunding,
  setTerms,
} from '../../billing-hooks/index.ts';
import { inSlice, type Store, within } from '../../tenancy/index.ts';
import type { MoneyStore } from '../money-store-port.ts';
import type { Slice, Visible } from '../store-port.ts';
import { audited } from './audited.ts';
import { createPaymentStore } from './payment-store.ts';

/** Prices, terms and charges over the store. */
export function createMoneyStore(
  store: Store,
  payments: PaymentProvider | null,
  rating: RatingService | undefined,
): MoneyStore {
  return {
    ...createPaymentStore(store, payments),
    ...deckStore(store),
    getTerms: (accountId) => getTerms(store, accountId),
    setTerms: (actor, accountId, change) =>
      audited(store, actor, 'update', 'billing_terms', async (context) => {
        const before = await getTerms(context, accountId);
        const after = await setTerms(context, accountId, change);
        return { result: after, accountId, resourceId: String(accountId), before, after };
      }),
    ...fundingStore(store),
    listUnrated: (visible, slice) => listUnrated(store, visible, slice),
    listCharges: (accountId, { afterId, limit }) =>
      store.db
        .selectFrom('callCharges')
        .selectAll()
        .where('accountId', '=', accountId)
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(limit)
        .execute(),
    rerate: async (actor, fromMs, toMs) => {
      const query = { fromMs, toMs, accountIds: null };
      const report = await rerateCalls(store, await loadRateBook(store), query, rating);
      const after = { fromMs, toMs, ...report };
      await audited(store, actor, 'rerate', 'calls', async () => ({
        result: undefined,
        accountId: null,
        resourceId: '',
        before: null,
        after,
      }));
      return report;
    },
  };
}

function fundingStore(store: Store) {
  return {
    getFunding: (accountId, currency) => getFunding(store, accountId, currency),
    setFunding: (actor, accountId, currency, funding) =>
      audited(store, actor, 'update', 'wallet_funding', async (context) => {
        const before = (await getFunding(context, accountId, currency)) ?? null;
        await setFunding(context, accountId, funding, currency);
        return { result: undefined, accountId, resourceId: `${accountId}/${currency}`, before, after: funding };
      }),
    fundingRequests: (accountId, currency) =>
      store.db
        .selectFrom('fundingRequests')
        .select(['reference', 'amountMicros', 'status', 'reason', 'createdAtMs'])
        .where('accountId', '=', accountId)
        .where('currency', '=', currency)
        .orderBy('id', 'desc')
        .limit(20)
        .execute(),
  } satisfies Partial<MoneyStore>;
}

function deckStore(store: Store) {
  return {
    listDecks: (visible, slice) => listDecks(store, visible, slice),
    getDeck: (visible, ref) => getDeck(store, ref, visible),
    createDeck: (actor, deck) =>
      audited(store, actor, 'create', 'rate_deck', async (context) => {
        const after = await createDeck(context, deck);
        return { result: after, accountId: deck.accountId, resourceId: after.uuid, before: null, after };
      }),
    removeDeck: (actor, deck) =>
      audited(store, actor, 'delete', 'rate_deck', async (context) => {
        await deleteDeck(context, deck.id);
        return { result: undefined, accountId: deck.accountId, resourceId: deck.uuid, before: deck, after: null };
      }),
    listRates: (deckId, slice, prefix) => listRates(store, deckId, slice, prefix),
    putRates: async (actor, deck, csv) => {
      await putRates(store, deck, parseRatesCsv(csv));
      return audited(store, actor, 'import', 'rate_deck', async (context) => {
        const after = await getDeck(context, deck.id, null);
        return { result: after.rates, accountId: deck.accountId, resourceId: deck.uuid, before: deck, after };
      });
    },
    payersOf: (deckId) => payersOf(store, deckId),
    assign: (actor, payer, deckId) =>
      audited(store, actor, 'assign', 'rate_deck', async (context) => {
        await assignDeck(context, payer, deckId);
        const accountId = payer.startsWith('account:') ? Number(payer.slice('account:'.length)) : null;
        return { result: undefined, accountId, resourceId: String(deckId), before: null, after: { payer, deckId } };
      }),
  } satisfies Partial<MoneyStore>;
}

async function listUnrated(store: Store, visible: Visible, slice: Slice) {
  // What waits for the rating service has a reason too.
  const unrated = store.db.selectFrom('ratingQueue').where('reason', 'is not', null);
  const query = unrated.where(within(visible, 'rating_queue.account_id'));
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  return { total, rows: await inSlice(query.selectAll(), slice, { id: 'callId' }).execute() };
}
