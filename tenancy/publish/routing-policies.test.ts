import { sql } from 'kysely';
import t from 'tap';
import { Directory } from '../directory/index.ts';
import { createAccount, createCarrier, createDid, createTrunk } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { DirectoryPublisher } from './index.ts';
import { parseRoutingPolicy } from './routing-policies.ts';

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
