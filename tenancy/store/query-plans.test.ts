import t from 'tap';
import { getBalance, topUp } from '../ledger/index.ts';
import { DirectoryPublisher } from '../publish/index.ts';
import * as repo from './repos/index.ts';
import { openTestStore } from './test-store.ts';

t.test('no look-up and no write of one row reads a whole table', async (t) => {
  const store = await openTestStore(t);
  const publisher = new DirectoryPublisher(store, { algorithms: ['MD5'] });
  await publisher.fullDelta();
  const before = new Set(await store.bulk((connection) => connection.preparedSql));
  const visible = new Set([1]);
  const key = await store.write(async (tx) => {
    const { id: accountId } = await repo.createAccount(tx, { name: 'A', isReseller: true });
    await repo.createAccount(tx, { name: 'B', parentId: accountId });
    await repo.createDomain(tx, { accountId, domain: 'a.example' });
    const { trunk } = await repo.createTrunk(tx, { accountId, name: 'T' });
    await repo.createTrunk(tx, { accountId, name: 'U', realm: 'a.example' });
    await repo.createDid(tx, { accountId, number: '+31201234567', destination: { kind: 'trunk', trunkId: trunk.id } });
    await repo.updateTrunk(tx, trunk.uuid, { maxIn: 1 }, visible);
    await repo.regenerateCredentials(tx, trunk.id, { rotateUsername: true }, visible);
    await repo.updateDid(tx, '+31201234567', { notes: 'x' }, visible);
    await repo.findDomain(tx, 'a.example', visible);
    await repo.updateAccount(tx, accountId, { maxIn: 1 }, visible);
    await topUp(tx, { accountId, amountMicros: 5, idempotencyKey: 'k' });
    await getBalance(tx, accountId);
    await repo.deleteTrunk(tx, trunk.uuid, visible);
    await repo.releaseDid(tx, '+31201234567', visible);
    return (await repo.createKey(tx, { accountId, name: 'k', scopes: ['admin'] })).key;
  });
  await repo.authenticateKey(store, key);
  await publisher.takeDelta();
  const beside = await store.read((connection) => connection.preparedSql);
  await store.bulk((connection) => {
    const texts = [...connection.preparedSql, ...beside].filter(
      (text) => !before.has(text) && /^(select|update|delete)/i.test(text),
    );
    t.ok(texts.length > 25, `${texts.length} statements are looked at`);
    for (const text of texts) {
      // The notes of changes are all read on purpose, and json_each is the list of ids itself.
      const scans = connection.queryPlan(text).filter((step) => /^SCAN (?!directory_changes|json_each)/.test(step));
      t.strictSame(scans, /order by "id" desc limit/.test(text) ? scans : [], text);
    }
  });
});
