import t from 'tap';
import { openTestWorld, send } from './test-world.ts';

const ORDER = { numbers: ['+31201234567'], current_provider: 'Old Telecom', account_number: '4711', pin: 'S3cret-PIN' };

t.test('an account brings its number over, sees how it stands, and nobody is shown the PIN', async (t) => {
  const { app, clock, keys } = await openTestWorld(t);
  const portOn = new Date(clock.nowMs() + 3 * 86_400_000).toISOString();
  const body = { ...ORDER, port_on: portOn };
  const made = await send(app, 'POST', '/porting-orders', { key: keys.msp, body });
  t.equal(made.status, 201);
  t.match(made.body.data, { status: 'accepted', numbers: ORDER.numbers, account_number: '4711', reason: null });
  t.equal(new Date(made.body.data.ports_at).getTime(), new Date(portOn).getTime());
  const shown = await send(app, 'GET', `/porting-orders/${made.body.data.uuid}`, { key: keys.msp });
  t.same(shown.body.data, made.body.data);
  const audit = await send(app, 'GET', '/audit', { key: keys.operator });
  for (const answer of [made, shown, audit]) t.notMatch(JSON.stringify(answer.body), /S3cret-PIN|pin_?sealed/i);
  const twice = await send(app, 'POST', '/porting-orders', { key: keys.reseller, body });
  t.match(twice, { status: 422, body: { error: { code: 'conflict', fields: [{ field: 'numbers[0]' }] } } });
  const cancelled = await send(app, 'POST', `/porting-orders/${made.body.data.id}/cancel`, { key: keys.msp });
  t.equal(cancelled.body.data.status, 'cancelled');
  t.equal((await send(app, 'POST', `/porting-orders/${made.body.data.id}/cancel`, { key: keys.msp })).status, 422);
  t.same((await send(app, 'GET', '/porting-orders?status=accepted', { key: keys.msp })).body.data, []);
});

t.test('the operator decides by hand; numbers that have come are the account’s', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const { id } = (await send(app, 'POST', '/porting-orders', { key: keys.msp, body: ORDER })).body.data;
  const decide = (body: object, key = keys.operator) =>
    send(app, 'POST', `/porting-orders/${id}/decide`, { key, body });
  t.equal((await decide({ status: 'completed' }, keys.msp)).status, 403);
  t.match((await decide({ status: 'rejected' })).body.error.fields, [{ field: 'reason' }]);
  t.match((await decide({ status: 'accepted' })).body.error.fields, [{ field: 'ports_at' }]);
  t.equal(
    (await decide({ status: 'accepted', ports_at: '2030-01-31T08:00:00Z' })).body.data.ports_at.slice(0, 10),
    '2030-01-31',
  );
  t.equal((await decide({ status: 'completed' })).body.data.status, 'completed');
  t.match((await send(app, 'GET', '/numbers', { key: keys.msp })).body.data, [
    { number: '+31201234567', status: 'active' },
  ]);
});
