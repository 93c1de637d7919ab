import t from 'tap';
import type { AdminDeps } from './deps.ts';
import type { DefineRoute } from './http/route.ts';
import { API_ROUTES } from './routes/index.ts';
import { openTestWorld, send } from './test-world.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
  readonly statuses: readonly string[];
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
}

interface Described {
  readonly parameters?: Operation['parameters'];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: { readonly properties?: object; readonly required?: readonly string[] } }>
    >;
  };
  readonly responses: object;
}

function operationsOf(document: OpenApi): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase() as Method,
      path,
      parameters: described.parameters ?? [],
      properties: {
        ...(Object.values(described.requestBody?.content ?? {})[0]?.schema.properties as Record<string, unknown>),
      },
      required: Object.values(described.requestBody?.content ?? {})[0]?.schema.required ?? [],
      statuses: Object.keys(described.responses),
    })),
  );
}

const fill = (path: string, value = '999999') => path.replace(/\{\w+\}/g, value);

/** A change that any resource takes which has the field. */
const VALID: readonly (readonly [string, unknown])[] = [
  ['notes', 'x'],
  ['name', 'x'],
  ['digest_algorithms', null],
  ['url', 'https://example.com/'],
];

/** Values that no field may choke on: each is answered in words, never with 500. */
const NASTY: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  '',
  'x'.repeat(5000),
  'nul\u0000 \u202e\ud83d\ude00',
  "' OR 1=1 --",
  [],
  {},
  { __proto__: null, constructor: 1 },
  [[[[1]]]],
];

/** The world, and how often each operation of the document was asked for something it must refuse or survive. */
async function countingWorld(t: Parameters<typeof openTestWorld>[0]) {
  const world = await openTestWorld(t);
  const asked = new Map<string, number>();
  const ask = (operation: Pick<Operation, 'method' | 'path'>, url: string, options: Parameters<typeof send>[3]) => {
    const name = `${operation.method} ${operation.path}`;
    asked.set(name, (asked.get(name) ?? 0) + 1);
    return send(world.app, operation.method, url, options);
  };
  return { ...world, asked, ask };
}

t.test('every operation of the document keeps the contract', async (t) => {
  const world = await countingWorld(t);
  const document = (await world.app.inject('/api/v1/openapi.json')).json() as OpenApi;
  const operations = operationsOf(document);
  t.ok(operations.length > 40, `${operations.length} operations`);
  // What only a test world has is told apart before anything else; its own tests go on from there.
  const live = operations.filter(({ path }) => !path.startsWith('/api/v1/sandbox/'));

  t.test('without a key it is 401, whatever else is wrong', async (t) => {
    for (const { method, path } of operations) {
      const { status, body } = await world.ask({ method, path }, fill(path), {
        body: method === 'GET' ? undefined : {},
      });
      t.match({ status, code: body.error.code }, { status: 401, code: 'missing_api_key' }, `${method} ${path}`);
    }
  });

  t.test('with a key of no scope that fits it is 403', async (t) => {
    const scopes = ['messages:read'];
    const made = await send(world.app, 'POST', '/api-keys', { key: world.keys.msp, body: { name: 'none', scopes } });
    const mayRead = new Set(['GET /api/v1/messages', 'GET /api/v1/messages/{id}']);
    const isOther = (name: string) => !name.endsWith('/schema') && !mayRead.has(name);
    for (const { method, path } of operations.filter(({ method, path }) => isOther(`${method} ${path}`))) {
      const options = { key: made.body.data.key, body: method === 'GET' ? undefined : {} };
      t.equal((await world.ask({ method, path }, fill(path), options)).status, 403, `${method} ${path}`);
    }
  });

  t.test('an id that was never given out is 404', async (t) => {
    for (const { method, path, properties } of live.filter(({ path }) => path.includes('{'))) {
      for (const id of ['999999', 'trk_ffffffffffffffff', '0', '-1', '1e3', '%27%20OR%201', '%F0%9F%98%80']) {
        const change = VALID.find(([field]) => field in properties);
        const body = method === 'PATCH' ? Object.fromEntries([change ?? []]) : undefined;
        const { status } = await world.ask({ method, path }, fill(path, id), { key: world.keys.operator, body });
        t.equal(status, 404, `${method} ${fill(path, id)}`);
      }
    }
  });

  t.test('an unknown query parameter and an unknown field are named', async (t) => {
    for (const { method, path, properties } of operations) {
      if (Object.keys(properties).length === 0) {
        const { body } = await world.ask({ method, path }, `${fill(path)}?nonsense=1`, { key: world.keys.operator });
        t.match(JSON.stringify(body), /nonsense: there is no such field/, `${method} ${path}?nonsense`);
        continue;
      }
      const options = { key: world.keys.operator, body: { nonsense: 1 } };
      const answer = await world.ask({ method, path }, fill(path), options);
      t.equal(answer.status, 422);
      t.match(JSON.stringify(answer.body), /nonsense: there is no such field/, `${method} ${path} {nonsense}`);
    }
  });

  t.test('every field that must be there is named when it is not', async (t) => {
    for (const { method, path, required } of operations.filter(({ required }) => required.length > 0)) {
      const { status, body } = await world.ask({ method, path }, fill(path), { key: world.keys.operator, body: {} });
      t.equal(status, 422, `${method} ${path} {}`);
      const named = body.error.fields.map((fault: { field: string }) => fault.field).sort();
      t.same(named, [...required].sort(), `${method} ${path} names what is missing`);
    }
  });

  t.test('no value of any field or parameter makes it stumble', async (t) => {
    for (const { method, path, properties, parameters } of live) {
      for (const field of Object.keys(properties)) {
        for (const value of NASTY) {
          const options = { key: world.keys.operator, body: { [field]: value } };
          const { status, body } = await world.ask({ method, path }, fill(path), options);
          t.ok([404, 422, 200, 201].includes(status), `${method} ${path} ${field}: ${status} ${body.error?.code}`);
        }
      }
      for (const parameter of parameters.filter((candidate) => candidate.in === 'query')) {
        for (const value of ['', 'x', '-1', '%00', '9'.repeat(30), '%F0%9F%98%80', "'"]) {
          const url = `${fill(path)}?${parameter.name}=${value}`;
          const { status } = await world.ask({ method, path }, url, { key: world.keys.operator });
          t.ok([200, 404, 422].includes(status), `${method} ${url}: ${status}`);
        }
      }
    }
  });

  t.test('no operation was left out, and how often each was asked is told', async (t) => {
    const counts = operations.map(({ method, path }) => world.asked.get(`${method} ${path}`) ?? 0);
    const sum = counts.reduce((all, count) => all + count, 0);
    t.ok(
      Math.min(...counts) >= 2,
      `${sum} requests to ${operations.length} operations, ${Math.min(...counts)} at least`,
    );
  });
});

t.test('the document names every route, and every operation of it exists', async (t) => {
  const world = await openTestWorld(t);
  const operations = operationsOf((await world.app.inject('/api/v1/openapi.json')).json() as OpenApi);
  const documented = operations.map(({ method, path }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`);
  const defined: string[] = [];
  const record: DefineRoute = (spec) => defined.push(`${spec.method} /api/v1${spec.url}`);
  for (const install of API_ROUTES) install(record, { channel: 'network' } as AdminDeps);
  t.same(documented.sort(), defined.sort());
  for (const { method, path, statuses } of operations) {
    for (const status of ['401', '403', '404', '422', '429', '500'])
      t.ok(statuses.includes(status), `${method} ${path}`);
  }
});
