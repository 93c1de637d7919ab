import { join } from 'node:path';
import t from 'tap';
import { applyTenants, createDid, listDids } from '../../tenancy/index.ts';
import { type CarrierFault, createFaultyCarrier } from '../inventory/index.ts';
import { openTestShop } from '../test-store.ts';
import { CarrierReleases } from './carrier-releases.ts';
import { checkout } from './checkout.ts';
import { releaseEverywhere } from './crash-matrix.ts';
import { releaseNumber } from './release-number.ts';
import { FileCarrier } from './test-carrier.ts';

const DAY_MS = 86_400_000;
const NUMBER = '+12025550101';

// Each kill is two processes, which on a busy machine take their time.
t.setTimeout(900_000);

async function openBought(t: Parameters<typeof openTestShop>[0], release: CarrierFault[]) {
  const shop = await openTestShop(t, 1000);
  const { store, accountId } = shop;
  const books = new FileCarrier(join(t.testdir(), 'carrier.json'));
  const carrier = createFaultyCarrier(books.adapter, { faults: { release } });
  const request = { accountId, actor: 'test', items: [{ number: NUMBER }], idempotencyKey: undefined };
  const order = await checkout({ store, carrier }, request);
  const id = order.items[0]?.didId ?? 0;
  const give = () => store.write((context) => releaseNumber(context, carrier, id, null));
  const releases = new CarrierReleases({ store, carrier });
  return { ...shop, books, carrier, give, releases };
}

t.test('a carrier across a network is told after the transaction, by the reference of the order', async (t) => {
  const { store, books, give, releases } = await openBought(t, []);
  await give();
  t.equal((await listDids(store, {}, { afterId: 0, offset: 0, limit: 9 }, null)).total, 0, 'it ends here at once');
  t.same(Object.keys(books.books.bought), [NUMBER], 'no transaction waits for the carrier');
  t.equal(await releases.deliver(), 1);
  t.same(books.books.bought, {});
  t.equal(await releases.deliver(), 0);
});

t.test('whoever releases a number, its carrier is told: a tenant file that lacks it, too', async (t) => {
  const { store, books, releases } = await openBought(t, []);
  const file = 'version: 1\nprune: true\naccounts:\n  - name: MSP\n    dids: []\n';
  await applyTenants(store, file, 'tenants.yaml', { visible: null, actor: 'test', resolveSecret: () => undefined });
  t.same(Object.keys(books.books.bought), [NUMBER]);
  t.equal(await releases.deliver(), 1);
  t.same(books.books.bought, {});
});

t.test('a number that is in use again, alone or within a block, stays with us', async (t) => {
  for (const dids of ['[{ number: "+12025550101" }]', '[{ number: "+12025550100", block_size: 10 }]']) {
    const { store, clock, books, releases } = await openBought(t, []);
    const options = { visible: null, actor: 'test', resolveSecret: () => undefined };
    const apply = (list: string) =>
      applyTenants(store, `version: 1\nprune: true\naccounts:\n  - name: MSP\n    dids: ${list}\n`, 'a.yaml', options);
    await apply('[]');
    await apply(dids);
    t.equal(await releases.deliver(), 0, dids);
    t.same(Object.keys(books.books.bought), [NUMBER]);
    await apply('[]');
    clock.advance(DAY_MS);
    t.equal(await releases.deliver(), 2, 'until it goes for good');
    t.same(books.books.bought, {}, 'by the reference that it was bought by');
  }
});

t.test('a round takes no more than 50 numbers, those that are due longest, and the next one the rest', async (t) => {
  const { store, clock, accountId, carrier, give, releases } = await openBought(t, []);
  await store.write(async (context) => {
    for (let suffix = 200; suffix < 260; suffix += 1) {
      const { id } = await createDid(context, { accountId, number: `+12025550${suffix}` });
      await releaseNumber(context, carrier, id, null);
    }
  });
  clock.advance(1000);
  await give();
  t.equal(await releases.deliver(), 50);
  const rows = await store.db.selectFrom('carrierReleases').select('number').orderBy('didId').execute();
  t.same(
    rows.map(({ number }) => number),
    [NUMBER, ...Array.from({ length: 10 }, (_, at) => `+12025550${250 + at}`)],
    'the oldest number was released last',
  );
  t.equal(await releases.deliver(), 11);
  t.equal(await releases.deliver(), 0);
});

t.test('a transaction that fails gives nothing back', async (t) => {
  const { store, carrier, books, releases } = await openBought(t, []);
  const failing = store.write(async (context) => {
    await releaseNumber(context, carrier, 1, null);
    throw new Error('no');
  });
  await t.rejects(failing, { message: 'no' });
  t.equal(await releases.deliver(), 0);
  t.same(Object.keys(books.books.bought), [NUMBER]);
});

t.test('whatever the carrier does wrong, it is asked again until it has the number', async (t) => {
  for (const way of ['fail', 'refuse', 'delay', 'late', 'twice'] as const) {
    const { clock, books, give, releases } = await openBought(t, [way]);
    await give();
    const first = await releases.deliver();
    t.equal(first, way === 'delay' || way === 'twice' ? 1 : 0, way);
    t.equal(await releases.deliver(), 0, 'not before its time');
    clock.advance(60_000);
    t.equal(first + (await releases.deliver()), 1);
    t.same(books.books.bought, {});
  }
});

t.test('killed by kill -9 at every await point, a number is with both of us or with neither', async (t) => {
  for (const fault of ['none', 'late']) {
    const results = await releaseEverywhere(t.testdir(), fault);
    t.ok(results.length > 5, `${results.length} points`);
    for (const { killAt, verdict } of results) {
      const expected = killAt === 1 ? 'kept' : 'released';
      t.equal(verdict, expected, `${fault}, killed at ${killAt}`);
    }
  }
});
