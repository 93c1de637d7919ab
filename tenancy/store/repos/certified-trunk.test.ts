import t, { type Test } from 'tap';
import { openTestStore } from '../test-store.ts';
import * as repo from './index.ts';

const SUBJECTS = ['sbc.acme.example'];

/** A trunk of `ip` that nothing but a certificate tells. */
async function open(t: Test) {
  const store = await openTestStore(t);
  const { id: accountId } = await store.write((tx) => repo.createAccount(tx, { name: 'Acme' }));
  const { trunk } = await store.write((tx) =>
    repo.createTrunk(tx, { accountId, name: 'Teams', authType: 'ip', tlsSubjects: SUBJECTS }),
  );
  return { store, trunk };
}

t.test('F-128: names in a certificate are the source of a trunk of ip, without any address', async (t) => {
  const { store, trunk } = await open(t);
  t.match(trunk, { authType: 'ip', sources: [] });
  t.strictSame(await repo.getRoutingPolicy(store, 'trunk', trunk.id), { tls_subjects: SUBJECTS });
  t.ok(await store.write((tx) => repo.updateTrunk(tx, trunk.id, { name: 'SBC' }, null)));
  t.ok(await store.write((tx) => repo.deleteTrunk(tx, trunk.id, null)), 'and it goes with them');
});

t.test('its last source is not taken away, be it names or addresses', async (t) => {
  const { store, trunk } = await open(t);
  const refuses = (field: string, patch: repo.PolicyPatch) =>
    t.rejects(
      store.write((tx) => repo.updateRoutingPolicy(tx, 'trunk', trunk.id, patch)),
      { code: 'validation_failed', field },
    );
  await refuses('tls_subjects', { tls_subjects: null });
  await refuses('tls_subjects', { tls_subjects: [] });
  await refuses('tls_subjects', { tls_subjects: null, refer: 'local' });
  const update = (patch: repo.TrunkPatch) => store.write((tx) => repo.updateTrunk(tx, trunk.id, patch, null));
  await t.rejects(
    update({ authType: 'digest+ip' }),
    { code: 'validation_failed', field: 'sources' },
    'a password wants an address beside it',
  );
  await update({ sources: ['192.0.2.1'] });
  await store.write((tx) => repo.updateRoutingPolicy(tx, 'trunk', trunk.id, { tls_subjects: null }));
  await t.rejects(update({ sources: [] }), { code: 'validation_failed', field: 'sources' });
});
