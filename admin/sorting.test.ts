import t from 'tap';
import { openTestWorld, send, type TestWorld } from './test-world.ts';

interface Parameter {
  readonly name: string;
  readonly schema: { readonly enum?: readonly string[] };
}

/** Every list that can be sorted, and how, as the OpenAPI document says. */
async function sortableLists(
  world: TestWorld,
): Promise<readonly (readonly [path: string, sorts: readonly string[]])[]> {
  const { body } = await send(world.app, 'GET', '/openapi.json');
  const paths = Object.entries(body.paths as Record<string, { get?: { parameters?: readonly Parameter[] } }>);
  return paths.flatMap(([path, { get }]) => {
    const sorts = get?.parameters?.find(({ name }) => name === 'sort')?.schema.enum;
    return sorts === undefined ? [] : [[path.replace('/api/v1', ''), sorts] as const];
  });
}

/** Lists that `fill` gives five rows or more. */
const FILLED = [
  '/accounts',
  '/portal/sip-trunks',
  '/extensions',
  '/trunk-groups',
  '/carriers',
  '/users',
  '/api-keys',
  '/sip-domains',
  '/dids',
  '/numbers',
  '/portal/did-routing',
  '/registrations',
  '/webhooks',
  '/rate-decks',
  '/audit',
];

/** Five rows or more of everything, some alike in what they are sorted by, some later than others. */
async function fill(world: TestWorld): Promise<void> {
  const { msp, bistro } = world.accounts;
  for (const [n, name] of ['Echo', 'alpha', 'Delta', 'Bravo', 'Charlie'].entries()) {
    if (n === 3) world.clock.advance(1000);
    const make = (path: string, body: object) =>
      send(world.control, 'POST', path, { body }).then(({ status, body: answer }) => {
        if (status !== 201) throw new Error(`${path}: ${JSON.stringify(answer)}`);
        return answer.data;
      });
    for (const account_id of [msp, bistro]) await make('/portal/sip-trunks', { account_id, name });
    await make('/extensions', { account_id: msp, name: `Phone ${name}` });
    await make('/accounts', { name });
    await make('/users', {
      account_id: msp,
      email: `${name}@example.com`.toLowerCase(),
      name: 'Same',
      role: 'support',
    });
    await make('/trunk-groups', { account_id: msp, name, members: [] });
    await make('/carriers', { name });
    await make('/webhooks', { url: `https://${name}.example/`.toLowerCase() });
    await make('/rate-decks', { name, currency: 'EUR' });
    await make('/wallet/topups', { account_id: msp, amount: 100, note: name });
    await make('/api-keys', { account_id: msp, name, scopes: ['admin'] });
    await make('/sip-domains', { account_id: msp, domain: `${name}.example`.toLowerCase() });
    await make('/dids', {
      account_id: msp,
      number: `+3120123456${9 - n}`,
      destination: { kind: 'uri', uri: 'sip:a@pbx.example' },
    });
  }
}

function isLess(a: string | number | undefined, b: string | number | undefined): boolean {
  return typeof a === 'number' && typeof b === 'number' ? a < b : String(a) < String(b);
}

/** The ids of a list, two at a time by cursor. */
async function byCursor(world: TestWorld, path: string, sort: string): Promise<readonly number[]> {
  const ids: number[] = [];
  for (let cursor = ''; ; ) {
    const { status, body } = await send(world.control, 'GET', `${path}?sort=${sort}&per_page=2${cursor}`);
    if (status !== 200) throw new Error(`${path}?sort=${sort}${cursor}: ${JSON.stringify(body)}`);
    ids.push(...body.data.map((row: { id: number }) => row.id));
    if (body.meta.next_cursor === null) return ids;
    cursor = `&cursor=${body.meta.next_cursor}`;
  }
}

/** Lists whose order is their own: offers of carriers, which are no rows of ours. */
const UNSORTED = ['/numbers/search', '/inventory/numbers'];

t.test('every list with pages can be sorted', async (t) => {
  const world = await openTestWorld(t);
  const { body } = await send(world.app, 'GET', '/openapi.json');
  const paths = Object.entries(body.paths as Record<string, { get?: { parameters?: readonly Parameter[] } }>);
  const names = (get: { parameters?: readonly Parameter[] } | undefined) =>
    (get?.parameters ?? []).map(({ name }) => name);
  const lists = paths.filter(([, { get }]) => names(get).includes('page'));
  t.ok(lists.length >= 25, `${lists.length} lists`);
  const without = lists.filter(([, { get }]) => !names(get).includes('sort')).map(([path]) => path);
  t.same(
    without.filter((path) => !UNSORTED.includes(path.replace('/api/v1', ''))),
    [],
  );
  for (const [path] of lists.filter(([path]) => !path.includes('{'))) {
    const { status, body: answer } = await send(world.app, 'GET', `${path}?sort=-id`, { key: world.keys.msp });
    const isOperators = answer.error?.code === 'operator_only';
    if (!without.includes(path) && !isOperators) t.equal(status, 200, path);
  }
});

t.test('every list that says so is sorted, both ways, and the same page by page', async (t) => {
  const world = await openTestWorld(t);
  await fill(world);
  const lists = await sortableLists(world);
  t.ok(lists.length >= 10, `${lists.length} lists can be sorted`);
  const filled = lists.filter(([path]) => FILLED.includes(path));
  t.equal(filled.length, FILLED.length);
  for (const [path, sorts] of filled) {
    for (const sort of sorts) {
      const { body } = await send(world.control, 'GET', `${path}?sort=${sort}&per_page=200`);
      const field = sort.replace('-', '');
      const rows = body.data as readonly Record<string, string | number>[];
      t.ok(rows.length >= 5, `${path}: ${rows.length} rows`);
      const isAfter = (a: Record<string, string | number>, b: Record<string, string | number>) =>
        a[field] === b[field] ? Number(a.id) - Number(b.id) : Number(isLess(a[field], b[field])) * -2 + 1;
      const wanted = rows.toSorted((a, b) => (sort.startsWith('-') ? isAfter(b, a) : isAfter(a, b)));
      const ids = (some: readonly Record<string, string | number>[]) => some.map(({ id }) => id);
      if (rows.every((row) => row[field] !== undefined)) t.same(ids(rows), ids(wanted), `${path} by ${sort}`);
      t.same(await byCursor(world, path, sort), ids(rows), `${path} by ${sort}, by cursor`);
    }
    const unknown = await send(world.control, 'GET', `${path}?sort=colour`);
    t.match(
      unknown,
      { status: 422, body: { error: { code: 'validation_failed', fields: [{ field: 'sort' }] } } },
      path,
    );
    t.ok(unknown.body.error.message.includes(sorts.join(', ')), unknown.body.error.message);
  }
});

t.test('rows that come while pages are read shift none of a sorted list', async (t) => {
  const world = await openTestWorld(t);
  const trunk = (name: string) =>
    send(world.control, 'POST', '/portal/sip-trunks', { body: { account_id: world.accounts.msp, name } });
  for (const name of ['D', 'B', 'F', 'H']) await trunk(name);
  const page = async (query: string) => (await send(world.control, 'GET', `/portal/sip-trunks?${query}`)).body;
  const names = ({ data }: { data: readonly { name: string }[] }) => data.map(({ name }) => name);
  const first = await page('sort=name&per_page=2');
  for (const name of ['A', 'E']) await trunk(name);
  const second = await page(`sort=name&per_page=2&cursor=${first.meta.next_cursor}`);
  t.same([...names(first), ...names(second)], ['B', 'D', 'E', 'F'], 'neither skipped nor repeated');
  for (const query of ['', 'sort=-name&']) {
    const other = await page(`${query}cursor=${first.meta.next_cursor}`);
    t.match(other.error, { code: 'validation_failed', fields: [{ field: 'cursor', problem: /another order/ }] });
  }
  const plain = (await page('per_page=2')).meta.next_cursor;
  t.match((await page(`sort=name&cursor=${plain}`)).error, { fields: [{ field: 'cursor' }] });
  const forged = Buffer.from('1.2.["name",{}]').toString('base64url');
  t.match((await page(`sort=name&cursor=${forged}`)).error, {
    fields: [{ field: 'cursor', problem: /not a next_cursor/ }],
  });
});
