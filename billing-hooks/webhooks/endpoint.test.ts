import t from 'tap';
import { findWebhook, rotateWebhookSecret, sendTestEvent } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import { signBody } from './sign.ts';
import { deliveries, hook, receive, sender, tell } from './test-webhooks.ts';

t.test('while secrets are exchanged both sign; then the new one alone, in the usual header', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 0);
  const { url, received } = await receive(t);
  const { row, secret: old } = await hook(store, accountId, url);
  const { secret: next } = await store.write((context) => rotateWebhookSecret(context, row.id, 3600));
  const sending = sender(store);
  const signatures = async () => {
    clock.advance(1000);
    await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
    await sending.settle();
    const { headers = {}, body = '' } = received.at(-1) ?? {};
    const named = { [signBody(old, body)]: 'old', [signBody(next, body)]: 'next' };
    return [headers['x-didfarm-signature'], headers['x-didfarm-signature-next']].map((text) => named[String(text)]);
  };
  t.same(await signatures(), ['old', 'next']);
  clock.advance(3_600_000);
  t.same(await signatures(), ['next', undefined]);
});

t.test('an endpoint that answers 410 is switched off, and what was on its way can be sent again by hand', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const { url, received } = await receive(t, (response) => response.writeHead(410).end());
  const { row } = await hook(store, accountId, url);
  for (const event of ['trunk.registered', 'trunk.offline'] as const)
    await tell(store, accountId, event, { trunk_uuid: 'a' });
  const sending = sender(store);
  await sending.settle();
  t.match(await findWebhook(store, row.id, null), { disabledReason: 'answered 410 Gone' });
  t.same(
    (await deliveries(store, row.id)).map(({ status }) => status),
    ['dead', 'dead'],
  );
  await tell(store, accountId, 'trunk.registered', { trunk_uuid: 'a' });
  await sending.settle();
  t.equal(received.length, 1, 'it hears nothing more');
});

t.test('an endpoint that fails is only felt for, and hears everything in order once it is back', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 0);
  let isDown = true;
  const { url, received } = await receive(t, (response) => response.writeHead(isDown ? 500 : 204).end());
  await hook(store, accountId, url);
  for (let n = 0; n < 20; n += 1) await tell(store, accountId, 'trunk.registered', { trunk_uuid: `t${n}`, n });
  for (let n = 0; n < 20; n += 1) await tell(store, accountId, 'trunk.offline', { trunk_uuid: `t${n}`, n });
  const sending = sender(store);
  await sending.settle();
  t.ok(received.length < 10, `${received.length} attempts before the circuit opened`);
  for (let second = 0; second < 60; second += 1) {
    clock.advance(1000);
    await sending.settle();
  }
  t.ok(received.length < 25, `${received.length} attempts within a minute`);
  isDown = false;
  const before = received.length;
  for (let second = 0; second < 120; second += 10) {
    clock.advance(10_000);
    await sending.settle();
  }
  const arrived = received.slice(before).map(({ body }) => JSON.parse(body));
  t.equal(arrived.length, 40, 'each once');
  for (let n = 0; n < 20; n += 1) {
    const events = arrived.filter(({ data }) => data.n === n).map(({ event }) => event);
    t.same(events, ['trunk.registered', 'trunk.offline']);
  }
});

t.test('connections are used again, also after the other side has closed one meanwhile', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  let isClosing = false;
  const { url, received, connections } = await receive(t, (response) => {
    if (isClosing) response.shouldKeepAlive = false;
    response.end();
  });
  const { row } = await hook(store, accountId, url);
  const sending = sender(store);
  for (isClosing of [false, false, true, false, false]) {
    await tell(store, accountId, 'trunk.registered', { trunk_uuid: 'a' });
    await sending.settle();
  }
  t.equal(received.length, 5);
  t.equal(connections(), 2);
  t.ok((await deliveries(store, row.id)).every(({ tries }) => tries.length === 1));
});

t.test('a test goes to one endpoint alone, whatever it listens to', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const { url, received } = await receive(t);
  const { row } = await hook(store, accountId, url, ['number.released']);
  await hook(store, accountId, `${url}?other`);
  const id = await store.write((context) => sendTestEvent(context, row.id));
  await sender(store).settle();
  t.match(
    received.map(({ body }) => JSON.parse(body)),
    [{ event: 'webhook.test', data: { webhook_uuid: row.uuid } }],
  );
  t.match(await deliveries(store, row.id), [{ id, status: 'delivered' }]);
});
