import { join } from 'node:path';
import type { Config } from '../../config/index.ts';
import { topUp } from '../ledger/index.ts';
import {
  createAccount,
  createCarrier,
  createDid,
  createDomain,
  createKey,
  createTrunk,
  type NewAccount,
  type Store,
  type StoreContext,
} from '../store/index.ts';
import { type BoundPorts, type DemoAccount, type DemoFile, type DemoTrunk, endpoints } from './demo-file.ts';
import {
  DEMO_CARRIER,
  type PlannedAccount,
  type PlannedDid,
  type PlannedTrunk,
  planDemoAccounts,
} from './demo-plan.ts';
import { writePrivateFile } from './write-file.ts';

/** Whether nobody has put anything in yet; only then is there a demo world. */
export async function isEmptyStore(store: Store): Promise<boolean> {
  const account = await store.db.selectFrom('accounts').select('id').limit(1).executeTakeFirst();
  const carrier = await store.db.selectFrom('carriers').select('id').limit(1).executeTakeFirst();
  const key = await store.db.selectFrom('apiKeys').select('id').limit(1).executeTakeFirst();
  return account === undefined && carrier === undefined && key === undefined;
}

/**
 * Fills an empty data directory with the demo world and writes `demo.json` beside the database.
 * @returns what was written, `undefined` when there was something already: that is left alone
 */
export async function createDemoWorld(
  store: Store,
  config: Config,
  bound: BoundPorts = {},
): Promise<DemoFile | undefined> {
  if (!(await isEmptyStore(store))) return undefined;
  return store.write(async (tx) => {
    const operator = await createKey(tx, { accountId: null, name: 'Demo operator', scopes: ['admin'] });
    await createCarrier(tx, DEMO_CARRIER);
    const accounts: DemoAccount[] = [];
    for (const planned of planDemoAccounts()) accounts.push(await createDemoAccount(tx, planned));
    const [gateway] = DEMO_CARRIER.gateways;
    const file: DemoFile = {
      ...endpoints(config, bound),
      operator_key: operator.key,
      carrier: { name: DEMO_CARRIER.name, source: DEMO_CARRIER.sources[0], gateway: `${gateway.host}:${gateway.port}` },
      accounts,
    };
    // Inside the transaction: a crash leaves either both, or an empty store that is filled at the next start.
    writePrivateFile(join(config.dataDir, 'demo.json'), `${JSON.stringify(file, null, 2)}\n`);
    return file;
  });
}

async function createDemoAccount(context: StoreContext, planned: PlannedAccount): Promise<DemoAccount> {
  const { id, name, parentId } = planned;
  const account: NewAccount = { id, name, parentId, isReseller: planned.isReseller, country: planned.country };
  await createAccount(context, account);
  if (planned.domain !== null) await createDomain(context, { accountId: id, domain: planned.domain });
  if (planned.walletMicros > 0) {
    await topUp(context, {
      accountId: id,
      amountMicros: planned.walletMicros,
      idempotencyKey: `demo-topup-${id}`,
      note: 'Demo credit',
    });
  }
  const live = await createKey(context, { accountId: id, name: 'Demo', scopes: ['admin'] });
  const test = await createKey(context, { accountId: id, name: 'Demo sandbox', scopes: ['admin'], mode: 'test' });
  const trunks: DemoTrunk[] = [];
  for (const trunk of planned.trunks) trunks.push(await createDemoTrunk(context, planned, trunk));
  for (const did of planned.unassigned) await createDemoDid(context, id, did, null);
  return { id, name, parent_id: parentId, api_key: live.key, test_api_key: test.key, trunks };
}

async function createDemoTrunk(
  context: StoreContext,
  account: PlannedAccount,
  planned: PlannedTrunk,
): Promise<DemoTrunk> {
  const { trunk, password } = await createTrunk(context, {
    ...planned.fields,
    accountId: account.id,
    ...(account.domain === null ? {} : { realm: account.domain }),
  });
  for (const did of planned.dids) await createDemoDid(context, account.id, did, trunk.id);
  return {
    id: trunk.id,
    uuid: trunk.uuid,
    name: trunk.name,
    realm: trunk.realm,
    username: trunk.username,
    password,
    max_in: trunk.maxIn,
    dids: planned.dids.map((did) => did.number),
  };
}

async function createDemoDid(
  context: StoreContext,
  accountId: number,
  did: PlannedDid,
  trunkId: number | null,
): Promise<void> {
  await createDid(context, {
    ...did,
    accountId,
    type: 'local',
    monthlyRateMicros: 1_500_000,
    activatedAtMs: context.clock.nowMs(),
    destination: trunkId === null ? null : { kind: 'trunk', trunkId },
  });
}
