import t from 'tap';
import { PDF } from '../billing-hooks/regulatory/test-files.ts';
import { createDid } from '../tenancy/index.ts';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly description: string;
}

async function operationsOf(world: TestWorld): Promise<readonly Operation[]> {
  const { paths } = (await world.app.inject('/api/v1/openapi.json')).json() as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly description: string }>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description }]) => ({
      method: method.toUpperCase() as Method,
      path,
      description,
    })),
  );
}

/** One row at least of everything that an account can have. */
async function furnish(world: TestWorld, accountId: number, key: string, tag: string): Promise<void> {
  const post = async (path: string, body: object, by = key) => {
    const { status, body: answer } = await send(world.app, 'POST', path, { key: by, body });
    if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer.data;
  };
  const trunk = await post('/portal/sip-trunks', { name: `Trunk ${tag}` });
  await post('/extensions', { name: `Phone ${tag}` });
  await post('/trunk-groups', { name: `Group ${tag}`, members: [{ sip_trunk_id: trunk.id }] });
  await post('/sip-domains', { domain: `${tag}.example` });
  await post('/webhooks', { url: 'https://example.com/hook', events: ['*'] });
  await post('/record-streams', { url: 'https://example.com/calls' });
  await post('/record-streams', { url: 'https://example.com/records' });
  await post('/rate-decks', { name: `Prices ${tag}`, currency: 'EUR' });
  await post('/wallet/top-ups', { amount: 100 });
  await post('/users', { email: `${tag}@example.com`, name: tag, role: 'support' });
  const waiting = `+4930${String(accountId).padStart(7, '0')}`;
  const pending = { accountId, country: 'DE', type: 'local', status: 'pending_regulatory' } as const;
  await world.store.write((context) => createDid(context, { ...pending, number: waiting }));
  const file = { content: PDF.toString('base64') };
  const texting = `+4479${String(accountId).padStart(8, '0')}`;
  await world.store.write((context) => createDid(context, { accountId, number: texting, smsEnabled: true }));
  const inbound = { from: '+447900123456', to: texting, body: 'Hello', reference: `in ${tag}` };
  await post('/messages/inbound', inbound, world.keys.operator);
  await post('/regulatory/documents', { kind: 'identity', file });
  await post('/regulatory/submit', { number: waiting, identity: file, local_address_proof: file });
  const ported = `+3110${String(accountId).padStart(7, '0')}`;
  await post('/porting-orders', { numbers: [ported], current_provider: 'Old', account_number: '1' });
  await post('/bulk/trunks', { dry_run: true, rows: [{ name: 'X' }] });
  await post('/bulk/dids', { dry_run: true, rows: [{ number: '+31201111111' }] });
  await post('/bulk/accounts', { dry_run: true, rows: [{ name: 'X' }] });
  const number = `+3120${String(accountId).padStart(7, '0')}`;
  await post(
    '/dids',
    { account_id: accountId, number, destination: { kind: 'trunk', id: trunk.id } },
    world.keys.operator,
  );
}

/** Rows of this are not made here: other tests have them. */
const ELSEWHERE = /^\/api\/v1\/(orders|sandbox|calls|invoices|calls\/.*|.*deliveries.*)/;

t.test('whatever an account has does not exist for strangers, siblings and children, on any route', async (t) => {
  const world = await openTestWorld(t);
  const { keys, accounts } = world;
  await furnish(world, accounts.bistro, keys.bistro, 'bistro');
  await furnish(world, accounts.reseller, keys.reseller, 'reseller');
  const operations = await operationsOf(world);
  const reached = new Set<string>();
  const own = async (key: string, accountId: number, list: string) => {
    const { status, body } = await send(world.app, 'GET', list, { key });
    if (status !== 200 || !Array.isArray(body.data)) return [];
    const rows = body.data as readonly {
      readonly id: number;
      readonly uuid?: string;
      readonly account_id?: number | null;
    }[];
    return rows.filter((row) => (list.endsWith('/accounts') ? row.id : row.account_id) === accountId);
  };
  for (const { method, path, description } of operations.filter((operation) => operation.path.includes('{id}'))) {
    const refused = description.includes('Only the operator') ? 403 : 404;
    const list = path.slice(0, path.indexOf('/{id}'));
    const others = [
      [keys.bistro, accounts.bistro, [keys.msp, keys.clinic]],
      [keys.reseller, accounts.reseller, [keys.msp, keys.bistro]],
    ] as const;
    for (const [owner, accountId, strangers] of others) {
      const [row] = await own(owner, accountId, list);
      if (row === undefined) continue;
      for (const id of [String(row.id), row.uuid ?? String(row.id)]) {
        const url = path.replace('{id}', id).replace(/\{\w+\}/g, '1');
        for (const key of strangers) {
          const body = method === 'GET' || method === 'DELETE' ? undefined : await bodyFor(world, path);
          const { status } = await send(world.app, method, url, { key, body });
          t.equal(status, refused, `${method} ${url} of ${accountId}`);
        }
        reached.add(`${method} ${path}`);
      }
      if (method === 'GET' && accountId === accounts.bistro && !path.includes('}/')) {
        const above = await send(world.app, 'GET', path.replace('{id}', String(row.id)), { key: keys.reseller });
        t.equal(above.status, 200, `${path} from above`);
      }
    }
  }
  const missed = operations
    .filter(({ path, description }) => path.includes('{id}') && !/operator/.test(description) && !ELSEWHERE.test(path))
    .map(({ method, path }) => `${method} ${path}`)
    .filter((name) => !reached.has(name));
  t.same(missed, [], 'every route with an id was tried');
});

/** A change that would be valid if the row were the caller's own. */
async function bodyFor(world: TestWorld, path: string): Promise<object> {
  const { paths } = (await world.app.inject('/api/v1/openapi.json')).json() as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  };
  const described = Object.values(paths[path] ?? {}).find((candidate) => candidate.requestBody !== undefined);
  const fields = Object.values(described?.requestBody?.content ?? {})[0]?.schema.properties ?? {};
  const [name, value] = VALID.find(([field]) => field in fields) ?? [];
  return name === undefined ? {} : { [name]: value };
}

interface Described {
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties?: object } }>>;
  };
}

const VALID: readonly (readonly [string, unknown])[] = [
  ['notes', 'x'],
  ['name', 'x'],
  ['digest_algorithms', null],
  ['url', 'https://example.com/'],
];
