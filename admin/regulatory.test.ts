import type { FastifyInstance } from 'fastify';
import t from 'tap';
import { JPEG, PDF, PNG } from '../billing-hooks/regulatory/test-files.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

type Part = readonly [name: string, value: string | Buffer, fileName?: string, type?: string];

/** A form as curl sends it. */
async function sendForm(app: FastifyInstance, path: string, key: string, parts: readonly Part[]) {
  const form = new FormData();
  for (const [name, value, fileName = 'file', type = 'application/octet-stream'] of parts) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)], { type }), fileName);
  }
  const request = new Request('http://localhost/', { method: 'POST', body: form });
  const response = await app.inject({
    method: 'POST',
    url: path,
    headers: { authorization: `Bearer ${key}`, 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  });
  return { status: response.statusCode, body: response.json() };
}

/** A German number, bought and waiting. */
async function buyWaiting(world: TestWorld) {
  const { app, control, accounts, keys } = world;
  await send(control, 'POST', '/wallet/topups', { body: { account_id: accounts.msp, amount: 10_000 } });
  const found = await send(app, 'GET', '/numbers/search?country=DE&type=local', { key: keys.msp });
  const { number } = found.body.data[0];
  const bought = await send(app, 'POST', '/wallet/checkout', { key: keys.msp, body: { items: [{ number }] } });
  return { number: String(number), id: Number(bought.body.data.items[0].did_number_id), bought: bought.body.data };
}

t.test('the whole of it by API alone: requirements, upload, submit, approval, a live number', async (t) => {
  const world = await openTestWorld(t);
  const { app, control, keys } = world;
  const { number, id, bought } = await buyWaiting(world);
  t.match(bought, { requires_regulatory: true, items: [{ status: 'pending_regulatory' }] });
  const set = await send(app, 'GET', '/regulatory/requirements?country=de&type=local', { key: keys.msp });
  t.match(set.body.data, [
    { country: 'DE', type: 'local', requires_regulatory: true, documents: [{ kind: 'identity' }, {}] },
  ]);
  t.equal(set.body.data[0].documents[1].kind, 'local_address_proof');
  const upload = await sendForm(app, '/api/v1/regulatory/documents', keys.msp, [
    ['kind', 'identity'],
    ['file', PDF, 'passport.pdf', 'application/pdf'],
  ]);
  t.match(upload, { status: 201, body: { data: { kind: 'identity', media_type: 'application/pdf' } } });
  const submitted = await sendForm(app, '/api/v1/regulatory/submit', keys.msp, [
    ['number', number],
    ['documents', String(upload.body.data.id)],
    ['local_address_proof', JPEG, 'lease.jpg', 'image/jpeg'],
  ]);
  t.match(submitted, { status: 201, body: { data: { status: 'pending', numbers: [{ number }], with_carrier: true } } });
  const path = `/regulatory/submissions/${submitted.body.data.id}`;
  t.match((await send(app, 'GET', path, { key: keys.msp })).body.data, { status: 'pending', reason: null });
  t.equal((await send(app, 'POST', `${path}/approve`, { key: keys.msp })).status, 403, 'only the operator decides');
  const before = world.published.count;
  const approved = await send(control, 'POST', `${path}/approve`);
  t.match(approved, { status: 200, body: { data: { status: 'approved', decided_at: String } } });
  t.equal(world.published.count, before + 1, 'SIP has the number before the answer');
  t.match((await send(app, 'GET', `/numbers/${id}`, { key: keys.msp })).body.data, { status: 'active' });
  t.equal((await send(control, 'POST', `${path}/approve`)).body.error.code, 'conflict');
  const rows = await world.store.db.selectFrom('outbox').select('event').orderBy('id').execute();
  t.same(
    rows.map(({ event }) => event),
    ['regulatory.approved', 'number.activated'],
  );
});

t.test('the path of the guide (A5) is the same operation, with the same key, limits and answers', async (t) => {
  const world = await openTestWorld(t);
  const { app, keys } = world;
  const { number } = await buyWaiting(world);
  const parts: readonly Part[] = [
    ['number', number],
    ['identity', PDF],
    ['local_address_proof', PNG],
  ];
  const unknown = await app.inject({ method: 'POST', url: '/api/regulatory/submit', payload: {} });
  t.equal(unknown.statusCode, 401);
  t.match(await sendForm(app, '/api/regulatory/submit?', keys.msp, parts), { status: 201 });
  t.equal((await sendForm(app, '/api/regulatory/submit', keys.msp, parts)).body.error.code, 'conflict');
  t.equal((await app.inject({ method: 'POST', url: '/api/regulatory/submitted' })).statusCode, 404);
});

t.test('a rejection tells why, and JSON does as well as a form', async (t) => {
  const world = await openTestWorld(t);
  const { app, control, keys } = world;
  const { id } = await buyWaiting(world);
  const file = (content: Buffer) => ({ content: content.toString('base64') });
  const body = { did_number_id: id, identity: file(PDF), local_address_proof: file(PNG) };
  const options = { key: keys.msp, body, headers: { 'idempotency-key': 'once' } };
  const submitted = await send(app, 'POST', '/regulatory/submit', options);
  t.same((await send(app, 'POST', '/regulatory/submit', options)).body, submitted.body);
  const path = `/regulatory/submissions/${submitted.body.data.uuid}`;
  t.match(await send(control, 'POST', `${path}/reject`, { body: {} }), { status: 422 });
  await send(control, 'POST', `${path}/reject`, { body: { reason: 'It cannot be read.' } });
  const shown = await send(app, 'GET', path, { key: keys.msp });
  t.match(shown.body.data, { status: 'rejected', reason: 'It cannot be read.' });
  const listed = await send(app, 'GET', '/regulatory/submissions?status=rejected', { key: keys.msp });
  t.equal(listed.body.meta.total, 1);
  const event = await world.store.db
    .selectFrom('outbox')
    .selectAll()
    .where('event', '=', 'regulatory.rejected')
    .execute();
  t.match(JSON.parse(event[0]?.payload ?? ''), { submission_id: submitted.body.data.id, reason: 'It cannot be read.' });
});

t.test('a file that lies about its type, a broken form and one that is too large are refused in words', async (t) => {
  const world = await openTestWorld(t);
  const { app, keys } = world;
  const documents = '/api/v1/regulatory/documents';
  const post = (...parts: Part[]) => sendForm(app, documents, keys.msp, [['kind', 'identity'], ...parts]);
  const lie = await post(['file', Buffer.from('#!/bin/sh\nrm -rf /\n'), 'passport.pdf', 'application/pdf']);
  t.match(lie, { status: 422, body: { error: { code: 'validation_failed', fields: [{ field: 'file' }] } } });
  t.match(lie.body.error.message, /must be PDF, JPEG or PNG/);
  t.match((await post(['file', PNG, 'passport.pdf'])).body.error.message, /by its content it is image\/png/);
  const large = Buffer.concat([PDF, Buffer.alloc(10 * 1024 * 1024)]);
  t.match(await post(['file', large, 'passport.pdf']), { status: 422, body: { error: { code: 'payload_too_large' } } });
  t.match((await post()).body.error, { code: 'validation_failed', fields: [{ field: 'file' }] });
  t.match((await post(['file', PDF], ['file', PDF])).body.error, { code: 'payload_too_large' });
  const headers = { authorization: `Bearer ${keys.msp}`, 'content-type': 'multipart/form-data; boundary=x' };
  for (const payload of ['', '--x\r\n', '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc', 'nonsense']) {
    const broken = await app.inject({ method: 'POST', url: documents, headers, payload });
    t.equal(broken.statusCode, 422, JSON.stringify(payload));
  }
  const elsewhere = await app.inject({ method: 'POST', url: '/api/v1/trunk-groups', headers, payload: '--x--\r\n' });
  t.match(elsewhere.json().error, { code: 'unsupported_media' });
  t.equal((await send(app, 'GET', '/regulatory/documents', { key: keys.msp })).body.meta.total, 0);
});

t.test('a document comes back as it was, to its owner and those above; to others it does not exist', async (t) => {
  const world = await openTestWorld(t);
  const { app, keys } = world;
  const parts: readonly Part[] = [
    ['kind', 'identity'],
    ['file', PNG, 'me.png', 'image/png'],
  ];
  const { body } = await sendForm(app, '/api/v1/regulatory/documents', keys.bistro, parts);
  const path = `/regulatory/documents/${body.data.uuid}`;
  const content = (key: string) =>
    app.inject({ url: `/api/v1${path}/content`, headers: { authorization: `Bearer ${key}` } });
  for (const key of [keys.bistro, keys.reseller]) {
    const answer = await content(key);
    t.same(answer.rawPayload, PNG);
    t.match(answer.headers, { 'content-type': 'image/png', 'content-disposition': /^attachment/ });
  }
  for (const key of [keys.msp, keys.clinic]) {
    t.equal((await content(key)).statusCode, 404);
    t.equal((await send(app, 'GET', path, { key })).status, 404);
    t.equal((await send(app, 'DELETE', path, { key })).status, 404);
    t.equal((await send(app, 'GET', '/regulatory/documents', { key })).body.meta.total, 0);
  }
  const audit = await send(app, 'GET', '/audit', { key: keys.bistro });
  t.equal(audit.body.data.filter(({ action }: { action: string }) => action === 'read').length, 2);
  t.match((await send(app, 'DELETE', path, { key: keys.bistro })).body.data, { deleted_at: String, file_name: '' });
  t.equal((await content(keys.bistro)).statusCode, 404);
});
