import { postEntry, type StoreContext } from '../../tenancy/index.ts';

/** As a call is charged, for tests of what is made of charges. */
export function callCharge(
  context: StoreContext,
  accountId: number,
  micros: number,
  key: string,
  trunkUuid: string | null,
  currency = 'EUR',
) {
  return postEntry(context, {
    ...{ idempotencyKey: key, accountId, kind: 'charge', referenceType: 'call', referenceId: 1, trunkUuid },
    currency,
    creditMicros: Number.MAX_SAFE_INTEGER,
    postings: [
      { accountId, kind: 'wallet', amountMicros: -micros },
      { accountId: null, kind: 'revenue', amountMicros: micros },
    ],
  });
}
