import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { applyRetention, createDid, getMessage, listEvents, replayDelivery } from '../../tenancy/index.ts';
import { takeInbound } from '../messages/index.ts';
import { openTestShop } from '../test-store.ts';
import { deliveries, hook, receive, sender } from './test-webhooks.ts';

const SAID = 'Meet me where nobody reads along';
const DAY_MS = 86_400_000;

t.test('what people say to each other is delivered, shown to its account, and nowhere kept in the clear', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 0);
  const { url, received } = await receive(t);
  const { row } = await hook(store, accountId, url);
  const message = await store.write(async (context) => {
    const { number } = await createDid(context, { accountId, number: '+31201234567', smsEnabled: true });
    return takeInbound(context, { from: '+31687654321', to: number, body: SAID, reference: 'r' });
  });
  await sender(store).settle();
  const [first] = await deliveries(store, row.id);
  await store.write((context) => replayDelivery(context, row.id, first?.id ?? 0));
  await sender(store).settle();
  const bodies = received.map(({ body }) => body).filter((body) => body.includes('message.received'));
  t.equal(bodies.length, 2);
  t.equal(JSON.parse(bodies[0] ?? '').data.body, SAID);
  t.equal(bodies[0], bodies[1]);
  t.equal((await deliveries(store, row.id)).find(({ event }) => event === 'message.received')?.body, bodies[0]);
  const filter = { afterId: 0, accountId: undefined, limit: 10 };
  t.match((await listEvents(store, filter, null)).at(-1)?.data, { body: SAID });
  t.equal((await getMessage(store, message.id, null)).body, SAID);

  const file = join(t.testdir(), 'copy.db');
  await store.backup(file);
  t.notOk(readFileSync(file).includes(SAID.slice(0, 12)), 'not in the database file');

  clock.advance(91 * DAY_MS);
  t.equal((await applyRetention(store)).messageBodies, 1);
  t.match(await getMessage(store, message.id, null), { body: '', fromNumber: '+31687654321', segments: 1 });
  t.equal((await applyRetention(store)).messageBodies, 0, 'once');
});
