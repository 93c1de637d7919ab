import { text } from 'node:stream/consumers';
import t from 'tap';
import type { SandboxPort, TestCaller } from './sandbox-port.ts';
import { openTestWorld, send } from './test-world.ts';

t.test('every refusal has the envelope of the published guide', async (t) => {
  const world = await openTestWorld(t);
  const answer = await send(world.app, 'GET', '/portal/sip-trunks');
  t.equal(answer.status, 401);
  t.match(answer.body, { error: { code: 'missing_api_key', message: 'No API key was sent.', status: 401 } });
  t.equal(answer.headers['www-authenticate'], 'Bearer realm="didfarm"');
});

t.test('a wrong, a revoked and an expired key are each 401', async (t) => {
  const world = await openTestWorld(t);
  const code = async (key: string) => (await send(world.app, 'GET', '/numbers', { key })).body.error?.code;
  t.equal(await code('df_live_nonsense'), 'invalid_api_key');
  const expires = new Date(world.clock.nowMs() + 60_000).toISOString();
  const body = { name: 'short', scopes: ['numbers:read'], expires_at: expires };
  const made = await send(world.app, 'POST', '/api-keys', { key: world.keys.msp, body });
  t.equal(made.status, 201);
  t.equal(await code(made.body.data.key), undefined);
  world.clock.advance(61_000);
  t.equal(await code(made.body.data.key), 'invalid_api_key');
  const other = await send(world.app, 'POST', '/api-keys', {
    key: world.keys.msp,
    body: { name: 'x', scopes: ['admin'] },
  });
  t.equal((await send(world.app, 'DELETE', `/api-keys/${other.body.data.id}`, { key: world.keys.msp })).status, 200);
  t.equal(await code(other.body.data.key), 'invalid_api_key');
});

t.test('a key without the scope is refused with the scope named', async (t) => {
  const world = await openTestWorld(t);
  const body = { name: 'reader', scopes: ['trunks:read'] };
  const key = (await send(world.app, 'POST', '/api-keys', { key: world.keys.msp, body })).body.data.key;
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key })).status, 200);
  const write = await send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name: 'No' } });
  t.equal(write.status, 403);
  t.match(write.body.error, { code: 'insufficient_scope', message: /trunks:write/ });
  t.equal((await send(world.app, 'GET', '/carriers', { key: world.keys.msp })).body.error.code, 'operator_only');
});

t.test('a key never makes a stronger key', async (t) => {
  const world = await openTestWorld(t);
  const operatorless = { name: 'x', scopes: ['admin'], account_id: world.accounts.bistro };
  t.equal((await send(world.app, 'POST', '/api-keys', { key: world.keys.msp, body: operatorless })).status, 404);
  const own = await send(world.app, 'POST', '/api-keys', {
    key: world.keys.msp,
    body: { name: 'x', scopes: ['admin'] },
  });
  t.equal(own.body.data.account_id, world.accounts.msp, 'never an operator key');
});

t.test('without a sandbox a test key reaches nothing, least of all what is live', async (t) => {
  const world = await openTestWorld(t);
  for (const [method, path] of [
    ['GET', '/portal/sip-trunks'],
    ['POST', '/portal/sip-trunks'],
    ['DELETE', '/api-keys/1'],
    ['PATCH', '/accounts/1'],
  ] as const) {
    const answer = await send(world.app, method, path, { key: world.keys.test, body: {} });
    t.match(answer, { status: 422, body: { error: { code: 'sandbox_not_available' } } }, `${method} ${path}`);
  }
});

t.test('a request with a test key goes to its test world whole, and with the rate limit of its key', async (t) => {
  const seen: { caller: TestCaller; url: string | undefined; body: string }[] = [];
  const sandbox: SandboxPort = {
    findCaller: async () => undefined,
    answer: async (caller, request, response) => {
      void text(request).then((body) => {
        seen.push({ caller, url: request.url, body });
        response.writeHead(201, { 'content-type': 'application/json' }).end('{"data":{"from":"the test world"}}');
      });
    },
  };
  const world = await openTestWorld(t, { rateLimits: true, sandbox });
  const body = { name: 'Acme Corp', surplus: true };
  const answer = await send(world.app, 'POST', '/portal/sip-trunks?x=1', { key: world.keys.test, body });
  t.match(answer, { status: 201, body: { data: { from: 'the test world' } } }, 'it judges the body by itself');
  t.equal(answer.headers['x-didfarm-livemode'], 'false');
  t.equal(answer.headers['x-ratelimit-remaining'], '59');
  t.match(seen, [{ url: '/api/v1/portal/sip-trunks?x=1', body: JSON.stringify(body) }]);
  const { msp } = world.accounts;
  t.match(seen[0]?.caller, { worldAccountId: msp, accountId: msp, scopes: ['admin'], suspended: false });
  t.equal(
    (await send(world.app, 'GET', '/sandbox/clock', { key: world.keys.msp })).body.error.code,
    'test_key_required',
  );
  const mine = { key: world.keys.operator, body: { name: 'x', scopes: ['admin'], mode: 'test' } };
  const { key } = (await send(world.app, 'POST', '/api-keys', mine)).body.data;
  t.equal((await send(world.app, 'GET', '/numbers', { key })).body.error.code, 'sandbox_not_available');
  t.equal(seen.length, 1, 'the operator has no test world');
});

t.test('what is wrong with a body is said field by field', async (t) => {
  const world = await openTestWorld(t);
  const post = (body: unknown, headers = {}) =>
    send(world.app, 'POST', '/portal/sip-trunks', { key: world.keys.msp, body, headers });
  const several = await post({ name: '', auth_type: 'magic', max_in: 'many' });
  t.equal(several.status, 422);
  t.equal(several.body.error.code, 'validation_failed');
  t.same(several.body.error.fields.map((fault: { field: string }) => fault.field).sort(), [
    'auth_type',
    'max_in',
    'name',
  ]);
  t.match(several.body.error.message, /auth_type: must be one of digest, ip, digest\+ip, got "magic"/);
  const unknown = await post({ name: 'A', autht_ype: 'digest' });
  t.match(unknown.body.error, { code: 'unknown_field', message: /did you mean "auth_type"/ });
  const odd = await post({ name: 'A', ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`odd_${n}`, n])) });
  t.match(odd.body.error, { code: 'unknown_field', message: /odd_0: there is no such field/ }, 'however many');
  t.match((await post({})).body.error, { code: 'validation_failed', message: /name: is required/ });
  t.equal((await post('{"name": ')).body.error.code, 'malformed_json');
  t.equal((await post('name=Acme')).body.error.code, 'unsupported_media');
  for (const scalar of ['null', 'true', '7', '"Acme"', ' null ']) {
    const { code, message } = (await post(scalar)).body.error;
    t.match({ code, message }, { code: 'validation_failed', message: /^body: must be a JSON object such as .*, got / });
  }
  t.equal((await post(`{"name": "${'x'.repeat(1_100_000)}"}`)).body.error.code, 'payload_too_large');
  t.equal((await post('[]')).body.error.code, 'validation_failed');
  for (const status of [(await post('{"name": ')).status, (await post('name=Acme')).status]) t.equal(status, 422);
});

t.test('an unknown query parameter is refused, not ignored', async (t) => {
  const world = await openTestWorld(t);
  const answer = await send(world.app, 'GET', '/portal/sip-trunks?pagee=2', { key: world.keys.msp });
  t.match(answer.body.error, { code: 'unknown_field', message: /did you mean "page"/ });
  const bad = await send(world.app, 'GET', '/portal/sip-trunks?page=0&per_page=201', { key: world.keys.msp });
  t.equal(bad.body.error.code, 'validation_failed');
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks?cursor=xyz', { key: world.keys.msp })).status, 422);
});

t.test('the 61st request of a minute is 429, and the window slides', async (t) => {
  const world = await openTestWorld(t, { rateLimits: true });
  const get = (key: string) => send(world.app, 'GET', '/portal/sip-trunks', { key });
  const first = await get(world.keys.msp);
  t.equal(first.headers['x-ratelimit-limit'], '60');
  t.equal(first.headers['x-ratelimit-remaining'], '59');
  world.clock.advance(30_000);
  for (let n = 2; n <= 60; n += 1) t.equal((await get(world.keys.msp)).status, 200);
  const over = await get(world.keys.msp);
  t.equal(over.status, 429);
  t.equal(over.body.error.code, 'rate_limited');
  t.equal(over.headers['retry-after'], '30');
  t.equal((await get(world.keys.reseller)).status, 200, 'another key is not concerned');
  world.clock.advance(30_001);
  t.equal((await get(world.keys.msp)).status, 200, 'the first request has left the window');
  t.equal((await get(world.keys.msp)).status, 429, 'and only that one');
});

t.test("the operator's key and the control socket are not held to 60 requests", async (t) => {
  const world = await openTestWorld(t, { rateLimits: true });
  for (let n = 0; n < 70; n += 1) {
    t.equal((await send(world.app, 'GET', '/bans', { key: world.keys.operator })).status, 200);
  }
  const control = await send(world.control, 'GET', '/bans');
  t.equal(control.status, 200);
  t.equal(control.headers['x-ratelimit-limit'], undefined);
});

t.test('the same Idempotency-Key does the work once and gives the same answer again', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  const post = (name: string) =>
    send(world.app, 'POST', '/portal/sip-trunks', { key, body: { name }, headers: { 'idempotency-key': 'k1' } });
  const first = await post('Acme');
  const again = await post('Acme');
  t.equal(again.status, 201);
  t.same(again.body, first.body, 'also the password');
  t.equal(again.headers['idempotency-replayed'], 'true');
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks', { key })).body.meta.total, 1);
  t.match((await post('Other')).body.error, { code: 'idempotency_mismatch', status: 422 });
});

t.test('nothing found is 404 in the same envelope, without a stack trace', async (t) => {
  const world = await openTestWorld(t);
  const key = world.keys.msp;
  for (const path of ['/nonsense', '/portal/sip-trunks/999', '/portal/sip-trunks/trk_0000000000000000', '/calls/7']) {
    const answer = await send(world.app, 'GET', path, { key });
    t.match(answer, { status: 404, body: { error: { code: 'not_found', status: 404 } } }, path);
  }
  t.equal((await send(world.app, 'GET', '/portal/sip-trunks/%00', { key })).status, 404);
});

t.test('a fault of ours is 500 with a log id and no stack trace', async (t) => {
  const world = await openTestWorld(t);
  await world.store.db.schema.dropTable('bindings').execute();
  const body = { name: 'Acme' };
  const { id } = (await send(world.app, 'POST', '/portal/sip-trunks', { key: world.keys.msp, body })).body.data;
  const answer = await send(world.app, 'DELETE', `/portal/sip-trunks/${id}`, { key: world.keys.msp });
  t.equal(answer.status, 500);
  t.match(answer.body.error, { code: 'internal_error', log_id: /^[0-9a-f-]{36}$/ });
  t.notMatch(JSON.stringify(answer.body), /sqlite|bindings|\.ts/i);
});

t.test('health, status page and API description need no key and tell no secrets', async (t) => {
  const world = await openTestWorld(t);
  t.equal((await world.app.inject('/healthz')).statusCode, 200);
  const page = await world.app.inject('/');
  t.equal(page.statusCode, 200);
  t.match(page.headers['content-type'], /text\/html/);
  t.match(page.body, /udp:127\.0\.0\.1:5060/);
  const reference = (await world.app.inject('/api/v1')).body;
  for (const [, id] of page.body.matchAll(/href="\/api\/v1#([^"]+)"/g)) t.match(reference, `id="${id}"`);
  t.equal(page.headers['x-content-type-options'], 'nosniff');
  const openapi = (await world.app.inject('/api/v1/openapi.json')).json();
  t.equal(openapi.openapi, '3.1.0');
  t.ok(openapi.paths['/api/v1/portal/sip-trunks'].post);
});

t.test('accounts are found by a part of their name and by status, within what may be seen', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const names = async (key: string, query: string) =>
    (await send(app, 'GET', `/accounts?${query}`, { key })).body.data.map(({ name }: { name: string }) => name);
  t.same(await names(keys.operator, 'search=i'), ['Bistro', 'Clinic']);
  t.same(await names(keys.bistro, 'search=i'), ['Bistro']);
  t.same(await names(keys.operator, 'search=%25'), []);
  t.same(await names(keys.operator, 'status=closed'), []);
  const { body } = await send(app, 'GET', '/accounts?serch=i', { key: keys.operator });
  t.equal(body.error.message, 'serch: there is no such field, did you mean "search"?');
});
