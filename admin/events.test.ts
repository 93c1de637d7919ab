import t from 'tap';
import { appendOutbox } from '../tenancy/index.ts';
import { openTestWorld, send } from './test-world.ts';

t.test('events are followed from one to the next, by whom they concern alone', async (t) => {
  const world = await openTestWorld(t);
  const data = { webhook_uuid: 'whk_1', message: 'for the bistro' };
  const ask = async (key: string, query = '') => (await send(world.app, 'GET', `/events${query}`, { key })).body;
  const start = (await ask(world.keys.bistro, '?after=latest')).meta.next_after;
  await world.store.write((context) =>
    appendOutbox(context, [
      { accountId: world.accounts.bistro, event: 'webhook.test', data },
      { accountId: null, event: 'webhook.test', data: { ...data, message: 'for the operator' } },
    ]),
  );
  const mine = await ask(world.keys.bistro, `?after=${start}`);
  t.match(mine.data, [{ event: 'webhook.test', account_id: world.accounts.bistro, data }]);
  t.equal(mine.data.length, 1);
  t.same((await ask(world.keys.bistro, `?after=${mine.meta.next_after}`)).data, []);
  t.equal((await ask(world.keys.reseller, `?after=${start}`)).data.length, 1, 'a reseller sees below itself');
  for (const key of [world.keys.clinic, world.keys.msp]) t.same((await ask(key, `?after=${start}`)).data, []);
  t.same((await ask(world.keys.bistro, `?after=${start}&event=number.released`)).data, []);
  const foreign = await send(world.app, 'GET', `/events?account_id=${world.accounts.bistro}`, {
    key: world.keys.clinic,
  });
  t.equal(foreign.status, 404);
  const wrong = await send(world.app, 'GET', '/events?after=yesterday', { key: world.keys.bistro });
  t.match(wrong, { status: 422, body: { error: { fields: [{ field: 'after' }] } } });
});
