import t from 'tap';
import { replayDelivery } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { deliveries, hook, receive, sender, tell } from './test-webhooks.ts';

const HOUR_MS = 3_600_000;
const TRUNKS = ['a', 'b', 'c'];

t.test(
  'a receiver that is down for a virtual day misses nothing: in order afterwards, dead letters by hand',
  async (t) => {
    const { store, clock, accountId } = await openTestShop(t, 0);
    let isDown = true;
    const { url, received } = await receive(t, (response) => {
      if (isDown) response.destroy();
      else response.end();
    });
    const { row } = await hook(store, accountId, url);
    const sending = sender(store);
    let told = 0;
    // An event for each trunk every hour, for 26 hours.
    for (let hour = 0; hour < 26; hour += 1) {
      for (const trunk of TRUNKS) await tell(store, accountId, 'trunk.offline', { trunk_uuid: trunk, n: told++ });
      for (let quarter = 0; quarter < 4; quarter += 1) {
        await sending.settle();
        clock.advance(HOUR_MS / 4);
      }
    }
    await sending.settle();
    const before = await deliveries(store, row.id);
    const dead = before.filter(({ status }) => status === 'dead');
    t.ok(dead.length > 0, 'the oldest were given up after a day');
    t.ok(
      dead.every(({ createdAtMs }) => createdAtMs <= clock.nowMs() - 23 * HOUR_MS),
      'and only those',
    );
    isDown = false;
    received.length = 0;
    for (let turn = 0; turn < 30; turn += 1) {
      clock.advance(HOUR_MS / 4);
      await sending.settle();
    }
    for (const { id } of dead.reverse()) await store.write((context) => replayDelivery(context, row.id, id));
    await sending.settle();
    const arrived = received.map(({ body }) => JSON.parse(body).data as { trunk_uuid: string; n: number });
    t.same(
      arrived.map(({ n }) => n).sort((a, b) => a - b),
      Array.from({ length: told }, (_, n) => n),
      'every event, once',
    );
    const fresh = arrived.slice(0, told - dead.length);
    for (const trunk of TRUNKS) {
      const numbers = fresh.filter(({ trunk_uuid }) => trunk_uuid === trunk).map(({ n }) => n);
      t.same(
        numbers,
        [...numbers].sort((a, b) => a - b),
        `trunk ${trunk} in order`,
      );
    }
    t.ok((await deliveries(store, row.id)).every(({ status }) => status === 'delivered'));
  },
);
