import t from 'tap';
import { parse, stringify } from 'yaml';
import { seedBench } from '../demo/index.ts';
import { makeHa1Set, makePassword } from '../secrets/index.ts';
import { newUuid, type Store, sealHa1 } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions } from './index.ts';
import { parseTenantFile } from './parse-tenant-file.ts';
import { applyParsed } from './plan-tenants.ts';
import type { File } from './test-edits.ts';

const OPERATOR: PlanOptions = { visible: null, actor: 'plan', resolveSecret: () => undefined };
const apply = (store: Store, text: string) => applyTenants(store, text, 'tenants.yaml', OPERATOR);

/** CPU of this thread (ms): what the machine does besides does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What passwords for so many trunks cost at least (ms of CPU). */
function sealMany(store: Store, count: number): number {
  const start = cpuMs();
  for (let number = 0; number < count; number++) {
    const uuid = newUuid('trk');
    sealHa1(store.secrets, makeHa1Set(`u${number}`, store.platformRealm, makePassword()), uuid);
  }
  return cpuMs() - start;
}

t.test('2,000 trunks are applied in seconds', async (t) => {
  const store = await openTestStore(t);
  const trunks = Array.from({ length: 2000 }, (_, i) => ({ name: `T${i}`, max_in: 1 }));
  const text = stringify({ version: 1, accounts: [{ name: 'Big', trunks }] });
  const start = cpuMs();
  t.equal((await apply(store, text)).credentials.length, 2000);
  const applied = cpuMs() - start;
  const sealed = sealMany(store, 2000);
  t.ok(applied < 50 * sealed, `${Math.round(applied)} ms of CPU, their passwords ${Math.round(sealed)}`);
});

t.test('an edit of one trunk among 10,000 costs a moment once the file is read', async (t) => {
  const store = await openTestStore(t);
  await seedBench(store, 10_000, {});
  const file = parse(await exportTenants(store, null)) as File;
  const costs: number[] = [];
  const readings: number[] = [];
  for (let round = 1; round <= 4; round += 1) {
    const trunk = file.accounts[0]?.trunks?.[round * 1000];
    if (trunk === undefined) throw new Error('the export has all of them');
    trunk.max_in = round + 90;
    const text = stringify({ version: 1, ...file });
    const reading = cpuMs();
    const parsed = await parseTenantFile(text, 'tenants.yaml');
    const start = cpuMs();
    readings.push(Math.round(start - reading));
    t.match(await applyParsed(store, parsed, OPERATOR), { changes: [{ name: trunk.name, action: 'update' }] });
    costs.push(Math.round(cpuMs() - start));
  }
  // The least of them: now and then what reading has left behind is collected meanwhile.
  t.ok(
    Math.min(...costs) < Math.min(...readings),
    `${costs.join(', ')} ms of CPU, reading took ${readings.join(', ')}`,
  );
});
