import {
  type AccountRow,
  createAccount,
  createCarrier,
  findAccount,
  resolveEffective,
  type Store,
  topUp,
} from '../tenancy/index.ts';

/** What every test wallet begins with (micro-units): 1,000 EUR. */
const OPENING_MICROS = 1_000_000_000;
/** The simulated carrier, as SIP knows it: its address on the loopback interface. */
export const CARRIER_NAME = 'sandbox';
export const CARRIER_ADDRESS = '127.0.0.2';

/**
 * Puts the account into its empty test world, as it is on the live side: same id and uuid, the limits and defaults that
 * hold for it now. Of the accounts above and below it there are none.
 * @param chain the account first, then up to the root
 */
export async function beginWorld(store: Store, chain: readonly AccountRow[]): Promise<void> {
  const [account] = chain;
  if (account === undefined) throw new RangeError('there is no account to begin a test world with');
  if ((await findAccount(store, account.id, null)) !== undefined) return;
  const { id, uuid, name, isReseller, bulk, brandName, brandDomain } = account;
  const { timezone, language, voiceGender, maxIn, maxOut, maxDialer, country } = resolveEffective(chain);
  await store.write(async (context) => {
    await createAccount(context, {
      ...{ id, name, isReseller, bulk, brandName, brandDomain, parentId: null },
      ...{ timezone: timezone.value, language: language.value, voiceGender: voiceGender.value },
      ...{ maxIn: maxIn.value, maxOut: maxOut.value, maxDialer: maxDialer.value, country: country.value },
    });
    await context.db.updateTable('accounts').set({ uuid }).where('id', '=', id).execute();
    const money = { accountId: id, amountMicros: OPENING_MICROS, note: 'Test money' };
    await topUp(context, { ...money, idempotencyKey: 'sandbox-opening' });
    await createCarrier(context, { name: CARRIER_NAME, sources: [CARRIER_ADDRESS] });
  });
}
