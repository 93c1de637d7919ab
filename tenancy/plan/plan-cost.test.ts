import t from 'tap';
import { stringify } from 'yaml';
import type { Store } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, type PlanOptions } from './index.ts';

const OPERATOR: PlanOptions = { visible: null, actor: 'plan', resolveSecret: () => undefined };
const apply = (store: Store, text: string) => applyTenants(store, text, 'tenants.yaml', OPERATOR);

t.test('2,000 trunks are applied in seconds and one edit of them in a moment', async (t) => {
  const store = await openTestStore(t);
  const trunks = Array.from({ length: 2000 }, (_, i) => ({ name: `T${i}`, max_in: 1 }));
  const text = (edited: number) =>
    stringify({
      version: 1,
      accounts: [{ name: 'Big', trunks: trunks.map((trunk, i) => (i === edited ? { ...trunk, max_in: 9 } : trunk)) }],
    });
  const start = process.cpuUsage();
  t.equal((await apply(store, text(-1))).credentials.length, 2000);
  const { user, system } = process.cpuUsage(start);
  const applied = (user + system) / 1000;
  t.ok(applied < 4000, `${Math.round(applied)} ms of CPU`);
  t.match(await apply(store, text(1000)), { changes: [{ name: 'T1000', action: 'update' }] });
});
