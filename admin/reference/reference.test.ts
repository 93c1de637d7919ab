import t from 'tap';
import { apiTypes } from '../../docs/render-api-types.ts';
import type { ApiOperations } from '../api-types.ts';
import { openTestWorld, send } from '../test-world.ts';
import { describeApi } from './describe-api.ts';
import { operationsOf } from './open-api.ts';
import { typeText } from './type-text.ts';

t.test('the client types are those of the OpenAPI document; "npm run docs" makes them so', async (t) => {
  const { file, wanted } = await apiTypes();
  t.equal(file, wanted);
});

t.test('a client that is written against the types is understood by the API', async (t) => {
  const world = await openTestWorld(t);
  type Create = ApiOperations['POST /portal/sip-trunks'];
  const body: Create['body'] = { name: 'Typed', auth_type: 'digest', max_in: null, sources: ['192.0.2.1'] };
  const answer = await send(world.app, 'POST', '/portal/sip-trunks', { key: world.keys.msp, body });
  const expected: Create['status'] = 201;
  t.equal(answer.status, expected);
  const { data } = answer.body as Create['response'];
  t.match([data.name, data.sources[0], data.password], ['Typed', '192.0.2.1', /\S{16}/]);
});

t.test('the reference at /api/v1/ shows every call and loads nothing', async (t) => {
  const world = await openTestWorld(t);
  const { document } = await describeApi();
  for (const url of ['/api/v1/', '/api/v1']) {
    const page = await world.app.inject(url);
    t.equal(page.statusCode, 200);
    t.match(page.headers['content-type'], /^text\/html/);
    for (const { method, path, summary } of operationsOf(document)) {
      t.ok(
        page.body.includes(`<code>${method} ${path}</code>\n${summary.replaceAll("'", '&#39;')}`),
        `${method} ${path}`,
      );
    }
    t.notMatch(page.body, /<(script|link|img|iframe)\b|\bsrc=|href="(?!#|\/api\/v1\/openapi\.json)|@import|url\(/);
    t.match(page.body, /<td>insufficient_scope<\/td><td>403<\/td>/);
  }
});

t.test('schemas become the TypeScript that means the same', async (t) => {
  t.equal(typeText({ anyOf: [{ type: 'string' }, { type: 'null' }] }), 'string | null');
  t.equal(typeText({ type: 'array', items: { enum: ['a', "b'c"] } }), "readonly ('a' | 'b\\'c')[]");
  t.equal(
    typeText({ type: 'array', items: { type: 'array', items: { type: 'integer' } } }),
    'readonly (readonly number[])[]',
  );
  t.equal(
    typeText({ type: 'object', patternProperties: { '.*': { type: 'boolean' } } }),
    'Readonly<Record<string, boolean>>',
  );
  const object = { type: 'object', required: ['a'], properties: { a: { const: 1 }, 'b-c': { type: 'string' } } };
  t.equal(typeText(object), "{\n  readonly a: 1;\n  readonly 'b-c'?: string;\n}");
  t.equal(typeText({ ...object, type: ['object', 'null'] }), `${typeText(object)} | null`);
  t.equal(typeText({}), 'unknown');
});
