import { execFileSync } from 'node:child_process';
import t from 'tap';
import { createAccount, deleteWebhook, replayDelivery } from '../../tenancy/index.ts';
import { openTestShop } from '../test-store.ts';
import type { Resolve } from './address-guard.ts';
import { retryDelayMs } from './backoff.ts';
import { deliveries, hook, receive, sender, tell } from './test-webhooks.ts';

t.test('an event arrives as the guide shows it, signed so that openssl agrees', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const { url, received } = await receive(t);
  const { row, secret } = await hook(store, accountId, url);
  await tell(store, accountId, 'number.activated', { number: '+31201234567', order_id: 1042 });
  await sender(store).settle();
  t.equal(received.length, 1);
  const { headers, body } = received[0] ?? { headers: {}, body: '' };
  t.equal(
    body,
    '{"event":"number.activated","timestamp":"2026-11-21T09:00:00Z","data":{"number":"+31201234567","order_id":1042}}',
  );
  const digest = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret], { input: body, encoding: 'utf8' });
  t.equal(headers['x-didfarm-signature'], digest.trim().split('= ')[1]);
  t.match(headers, {
    'content-type': 'application/json',
    'x-didfarm-event-id': 'evt_1',
    'x-didfarm-timestamp': String(Date.UTC(2026, 10, 21, 9) / 1000),
    'x-didfarm-delivery-attempt': '1',
  });
  t.match(await deliveries(store, row.id), [
    { status: 'delivered', tries: [{ attempt: 1, status: 200, answer: 'ok' }] },
  ]);
});

t.test('an endpoint hears what it asked for, of its own account and those below', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const { reseller, child } = await store.write(async (context) => {
    const made = await createAccount(context, { name: 'Reseller', isReseller: true });
    return { reseller: made.id, child: (await createAccount(context, { name: 'Child', parentId: made.id })).id };
  });
  const { url, received } = await receive(t);
  await hook(store, reseller, `${url}?reseller`);
  await hook(store, child, url, ['trunk.offline']);
  await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'stranger' });
  await tell(store, reseller, 'trunk.offline', { trunk_uuid: 'parent' });
  await tell(store, child, 'trunk.registered', { trunk_uuid: 'child' });
  await sender(store).settle();
  t.same(received.map(({ body }) => JSON.parse(body).data.trunk_uuid).sort(), ['child', 'parent']);
});

t.test(
  'a failed delivery is repeated with the same bytes, the first time within a minute, and dies after a day',
  async (t) => {
    const { store, clock, accountId } = await openTestShop(t, 0);
    const { url, received } = await receive(t, (response) => response.writeHead(500).end('broken'));
    const { row } = await hook(store, accountId, url);
    await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
    const sending = sender(store);
    await sending.settle();
    t.match(await deliveries(store, row.id), [{ status: 'pending', tries: [{ status: 500, error: 'answered 500' }] }]);
    clock.advance(60_000);
    await sending.settle();
    t.equal(received.length, 2);
    for (let minute = 0; minute < 1500; minute += 10) {
      clock.advance(600_000);
      await sending.settle();
    }
    t.match(await deliveries(store, row.id), [{ status: 'dead' }]);
    t.ok(received.length > 24, `${received.length} attempts`);
    t.equal(new Set(received.map(({ body }) => body)).size, 1);
    t.same(
      received.slice(0, 2).map(({ headers }) => headers['x-didfarm-delivery-attempt']),
      ['1', '2'],
    );
    const [dead] = await deliveries(store, row.id);
    await store.write((context) => replayDelivery(context, row.id, dead?.id ?? 0));
    const before = received.length;
    await sending.settle();
    t.equal(received.length, before + 1, 'a dead letter can be sent again');
  },
);

t.test('what follows for the same trunk waits, what concerns another does not', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 0);
  let isDown = true;
  const { url, received } = await receive(t, (response, { body }) => {
    response.writeHead(isDown && body.includes('"a"') ? 503 : 204).end();
  });
  await hook(store, accountId, url);
  await tell(store, accountId, 'trunk.registered', { trunk_uuid: 'a' });
  await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
  await tell(store, accountId, 'trunk.registered', { trunk_uuid: 'b' });
  const sending = sender(store);
  await sending.settle();
  t.equal(received.length, 2);
  isDown = false;
  clock.advance(60_000);
  await sending.settle();
  const seen = received.slice(2).map(({ body }) => JSON.parse(body).event);
  t.same(seen, ['trunk.registered', 'trunk.offline']);
});

t.test('an endpoint that hangs delays no other', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const hanging = await receive(t, () => undefined);
  const { url, received } = await receive(t);
  const { row } = await hook(store, accountId, hanging.url);
  await hook(store, accountId, url);
  for (let n = 0; n < 50; n += 1) await tell(store, accountId, 'trunk.registered', { trunk_uuid: `t${n}` });
  const sending = sender(store, { timeoutMs: 60_000 });
  sending.start();
  const oldest = async () => (await deliveries(store, row.id)).at(-1);
  while (received.length < 50 && ((await oldest())?.tries.length ?? 0) === 0)
    await new Promise((resolve) => setImmediate(resolve));
  t.equal(received.length, 50, 'all arrived before the other one gave up for the first time');
  await sending.close();
});

t.test('an endpoint that does not answer in time is told so', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const hanging = await receive(t, () => undefined);
  const { row } = await hook(store, accountId, hanging.url);
  await tell(store, accountId, 'trunk.registered', { trunk_uuid: 'a' });
  await sender(store, { timeoutMs: 1000 }).settle();
  t.match(await deliveries(store, row.id), [{ tries: [{ status: null, error: 'no answer within 1 s' }] }]);
});

t.test('a shutdown does not wait for an endpoint that hangs; its event goes out after the next start', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  let isHanging = true;
  const came = Promise.withResolvers<void>();
  const { url, received } = await receive(t, (response) => {
    came.resolve();
    if (!isHanging) response.end();
  });
  const { row } = await hook(store, accountId, url);
  await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
  const before = sender(store, { timeoutMs: 60_000 });
  await before.tick();
  await came.promise;
  await before.close();
  isHanging = false;
  await sender(store).settle();
  t.equal(received.length, 2);
  t.match(await deliveries(store, row.id), [{ status: 'delivered' }]);
});

t.test('private addresses, redirects and names that lead inside are refused', async (t) => {
  const { store, clock, accountId } = await openTestShop(t, 0);
  const inside = await receive(t);
  const redirecting = await receive(t, (response) => response.writeHead(302, { location: inside.url }).end());
  const errorOf = async (url: string, options: Parameters<typeof sender>[1]) => {
    const { row } = await hook(store, accountId, url);
    await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
    await sender(store, options).settle();
    await store.write((context) => deleteWebhook(context, row.id, null));
    clock.advance(1000);
    return (await deliveries(store, row.id))[0]?.tries[0]?.error ?? '';
  };
  t.match(await errorOf(redirecting.url, {}), /302; redirects are not followed/);
  t.match(await errorOf(inside.url, { allow: [] }), /127\.0\.0\.1 is not a public address/);
  for (const host of [
    '[::1]',
    '[::ffff:127.0.0.1]',
    '169.254.169.254',
    '10.0.0.1',
    '0.0.0.0',
    '2130706433',
    '[fd00::1]',
  ]) {
    t.match(await errorOf(`http://${host}:${inside.port}/`, { allow: [] }), /is not a public address/, host);
  }
  const mixed: Resolve = async () => [
    { address: '192.0.2.1', family: 4 },
    { address: '127.0.0.1', family: 4 },
  ];
  t.match(
    await errorOf(`http://inside.example:${inside.port}/`, { allow: [], resolve: mixed }),
    /not a public address/,
  );
  t.equal(inside.received.length, 0);
});

t.test('a name is looked up once, and the connection goes to the address that was judged', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const { port, received } = await receive(t);
  await hook(store, accountId, `http://rebinding.example:${port}/`);
  await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
  let lookups = 0;
  const resolve: Resolve = async () => {
    lookups += 1;
    return [{ address: lookups === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
  };
  await sender(store, { resolve }).settle();
  t.equal(lookups, 1);
  t.equal(received[0]?.headers.host, `rebinding.example:${port}`);
});

t.test('an answer without end is cut off, a connection that breaks is a failed attempt', async (t) => {
  const { store, accountId } = await openTestShop(t, 0);
  const endless = await receive(t, (response) => {
    const chunk = 'x'.repeat(16_384);
    const more = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  const broken = await receive(t, (response) => response.destroy());
  const first = await hook(store, accountId, endless.url);
  const second = await hook(store, accountId, broken.url);
  await tell(store, accountId, 'trunk.offline', { trunk_uuid: 'a' });
  await sender(store).settle();
  t.match(await deliveries(store, first.row.id), [{ status: 'delivered', tries: [{ answer: 'x'.repeat(1000) }] }]);
  t.match(await deliveries(store, second.row.id), [{ status: 'pending', tries: [{ status: null }] }]);
});

t.test('the delay doubles with full jitter, from at most half a minute to at most an hour', async (t) => {
  t.same(
    [1, 2, 3, 20].map((attempts) => retryDelayMs(attempts, 1)),
    [30_000, 60_000, 120_000, 3_600_000],
  );
  t.same(
    [1, 20].map((attempts) => retryDelayMs(attempts, 0)),
    [1000, 1000],
  );
});
