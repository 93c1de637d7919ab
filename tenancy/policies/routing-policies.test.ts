import { sql } from 'kysely';
import t from 'tap';
import { Directory } from '../directory/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import {
  createAccount,
  createCarrier,
  createDid,
  createTrunk,
  deleteCarrier,
  deleteTrunk,
  getRoutingPolicy,
  releaseDid,
  sealRegistrationPassword,
  updateRoutingPolicy,
} from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { parseRoutingPolicy } from './index.ts';

t.test('a policy of each owner reaches the directory, changes with its row and goes with it', async (t) => {
  const store = await openTestStore(t);
  const ids = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'MSP' });
    const { trunk } = await createTrunk(tx, { accountId: account.id, name: 'Acme' });
    const did = await createDid(tx, { accountId: account.id, number: '+31201234567' });
    const carrier = await createCarrier(tx, { name: 'up' });
    return { account: account.id, trunk: trunk.id, did: did.id, carrier: carrier.id };
  });
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  const directory = new Directory();
  directory.apply(await publisher.fullDelta());
  const publish = async () => {
    const delta = await publisher.takeDelta();
    if (delta !== undefined) directory.apply(delta);
  };
  for (const [owner, id] of Object.entries(ids)) {
    await sql`INSERT INTO routing_policies VALUES (${owner}, ${id}, '{"calls_per_second": 3}')`.execute(store.db);
  }
  await publish();
  const routings = () => [
    directory.getAccount(ids.account)?.routing,
    directory.findTrunk(ids.trunk)?.routing,
    directory.findDid('+31201234567')?.routing,
    directory.carriers()[0]?.routing,
  ];
  t.strictSame(routings(), Array(4).fill({ callsPerSecond: 3 }));
  await sql`UPDATE routing_policies SET policy = '{"blocked": ["KP"]}' WHERE owner = 'trunk'`.execute(store.db);
  await publish();
  t.strictSame(routings()[1], { blocked: ['KP'] });
  await sql`DELETE FROM routing_policies`.execute(store.db);
  await publish();
  t.strictSame(routings(), Array(4).fill(undefined));
});

t.test('a policy is read whole, and one that cannot be understood allows no call out', async (t) => {
  const stored = {
    dial_plan: [{ prefix: '9', strip: 1, add: '' }],
    gateway_plan: [{ match: '\\+(.*)', replace: '00$1' }],
    blocked: ['+882'],
    allowed: ['NL'],
    disaster: { number: '+31612345678', after_sec: 20, caller_id: '+31201234567' },
  };
  t.strictSame(parseRoutingPolicy(JSON.stringify(stored)), {
    dialPlan: stored.dial_plan,
    gatewayPlan: stored.gateway_plan,
    blocked: ['+882'],
    allowed: ['NL'],
    disaster: { to: { kind: 'number', number: '+31612345678' }, afterSec: 20, callerId: '+31201234567' },
  });
  t.strictSame(parseRoutingPolicy('{"disaster": {"trunk_id": 4}}'), {
    disaster: { to: { kind: 'trunk', trunkId: 4 } },
  });
  for (const broken of ['{"blocked": "KP"}', '{"blockt": ["KP"]}', '{"calls_per_second": -1}', '{"blocked": ["kp"]}']) {
    t.strictSame(parseRoutingPolicy(broken), { allowed: [] }, broken);
  }
});

t.test('a policy is changed key by key, null clears one, and an empty one leaves no row', async (t) => {
  const store = await openTestStore(t);
  const { id } = await store.write((tx) => createAccount(tx, { name: 'MSP' }));
  const update = (patch: Parameters<typeof updateRoutingPolicy>[3]) =>
    store.write((tx) => updateRoutingPolicy(tx, 'account', id, patch));
  await update({ blocked: ['KP'], calls_per_second: 5 });
  t.strictSame(await getRoutingPolicy(store, 'account', id), { blocked: ['KP'], calls_per_second: 5 });
  const { before, after } = await update({ calls_per_second: null, refer: 'local' });
  t.strictSame(
    [before, after],
    [
      { blocked: ['KP'], calls_per_second: 5 },
      { blocked: ['KP'], refer: 'local' },
    ],
  );
  await update({ blocked: null, refer: null });
  const { rows } = await sql`SELECT * FROM routing_policies`.execute(store.db);
  t.strictSame(rows, []);
});

t.test('what means nothing for an owner, names no zone or leads to a foreign trunk is refused', async (t) => {
  const store = await openTestStore(t);
  const ids = await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'MSP' });
    const other = await createAccount(tx, { name: 'Other' });
    const { trunk } = await createTrunk(tx, { accountId: account.id, name: 'Acme' });
    const { trunk: foreign } = await createTrunk(tx, { accountId: other.id, name: 'Foreign' });
    const did = await createDid(tx, { accountId: account.id, number: '+31201234567' });
    return { trunk: trunk.id, foreign: foreign.id, did: did.id };
  });
  const refused = (patch: Parameters<typeof updateRoutingPolicy>[3], field: string) =>
    t.rejects(
      store.write((tx) => updateRoutingPolicy(tx, 'did', ids.did, patch)),
      { code: 'validation_failed', field },
    );
  await refused({ blocked: ['KP'] }, 'blocked');
  await refused({ disaster: { trunk_id: ids.foreign } }, 'disaster.trunk_id');
  await refused({ disaster: { trunk_id: ids.trunk, number: '+31201234567' } }, 'disaster');
  await t.rejects(
    store.write((tx) => updateRoutingPolicy(tx, 'trunk', ids.trunk, { hours: { timezone: 'Mars/Base', open: [] } })),
    { code: 'validation_failed', field: 'hours.timezone' },
  );
  await store.write((tx) => updateRoutingPolicy(tx, 'did', ids.did, { disaster: { trunk_id: ids.trunk } }));
  t.strictSame(await getRoutingPolicy(store, 'did', ids.did), { disaster: { trunk_id: ids.trunk } });
});

t.test('the password of a registration is stored sealed, for that carrier alone', async (t) => {
  const store = await openTestStore(t);
  const registration = (password_sealed: string) => ({ registrar: 'sip.up.example', username: 'u', password_sealed });
  const [up, copy] = await store.write(async (tx) => {
    const { id } = await createCarrier(tx, { name: 'up' });
    const { id: other } = await createCarrier(tx, { name: 'copy' });
    const sealed = registration(sealRegistrationPassword(tx, id, 'a secret word'));
    await updateRoutingPolicy(tx, 'carrier', id, { registration: sealed });
    await updateRoutingPolicy(tx, 'carrier', other, { registration: sealed });
    return [id, other];
  });
  const { rows } = await sql<{ policy: string }>`SELECT policy FROM routing_policies`.execute(store.db);
  t.notMatch(JSON.stringify(rows), /a secret word/);
  const directory = new Directory();
  directory.apply(await new DirectoryPublisher(store, { algorithms: ['MD5'] }).fullDelta());
  t.match(directory.findCarrier(up ?? 0)?.routing?.registration, { username: 'u', password: 'a secret word' });
  t.equal(directory.findCarrier(copy ?? 0)?.routing?.registration, undefined, 'a copied row does not open');
});

t.test('a policy goes with its trunk, number or carrier, sealed password and all', async (t) => {
  const store = await openTestStore(t);
  await store.write(async (tx) => {
    const account = await createAccount(tx, { name: 'MSP' });
    const { trunk } = await createTrunk(tx, { accountId: account.id, name: 'Acme' });
    const did = await createDid(tx, { accountId: account.id, number: '+31201234567' });
    const { id } = await createCarrier(tx, { name: 'up' });
    await updateRoutingPolicy(tx, 'trunk', trunk.id, { refer: 'local' });
    await updateRoutingPolicy(tx, 'did', did.id, { location: 'https://loc.example/1' });
    const password_sealed = sealRegistrationPassword(tx, id, 'a secret word');
    await updateRoutingPolicy(tx, 'carrier', id, { registration: { registrar: 'up', username: 'u', password_sealed } });
    await deleteTrunk(tx, trunk.id, null);
    await releaseDid(tx, did.id, null);
    await deleteCarrier(tx, id);
  });
  t.strictSame((await sql`SELECT * FROM routing_policies`.execute(store.db)).rows, []);
});
