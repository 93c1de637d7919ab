import t from 'tap';
import { appendOutbox, saveCalls } from '../tenancy/index.ts';
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

t.test(
  'who follows the events of calls hears of those that come while he asks, and nobody else hears of them',
  async (t) => {
    const world = await openTestWorld(t);
    const { accounts, keys } = world;
    const ask = async (key: string, query: string) => (await send(world.app, 'GET', `/events?${query}`, { key })).body;
    const leg = { callId: 'a', remote: '192.0.2.1:5060', contact: 'sip:x@192.0.2.1' };
    const call = (uuid: string, accountId: number) => ({
      ...{
        uuid,
        accountId,
        trunkId: null,
        didId: null,
        carrierId: null,
        direction: 'in' as const,
        from: '+491',
        to: '+312',
      },
      ...{
        startedAtMs: world.store.clock.nowMs(),
        answeredAtMs: null,
        endedAtMs: null,
        result: null,
        reason: null,
        status: 100,
      },
      ...{ sentence: '', aLeg: leg, bLeg: null, attempts: [], hungUpBy: null, trace: [] },
    });
    await saveCalls(world.store, [call('before', accounts.bistro)]);
    const start = (await ask(keys.reseller, 'event=call.started&after=latest')).meta.next_after;
    await saveCalls(world.store, [call('own', accounts.bistro), call('strange', accounts.msp)]);
    const heard = await ask(keys.reseller, `event=call.started&after=${start}`);
    t.match(heard.data, [{ event: 'call.started', account_id: accounts.bistro, data: { call_uuid: 'own' } }]);
    t.equal(heard.data.length, 1);
    t.same((await ask(keys.msp, `after=${start}`)).data, [], 'what nobody asked for is not even written');
  },
);
