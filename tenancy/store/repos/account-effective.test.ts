import t from 'tap';
import { fc } from '../../../sip-engine/testing-properties.ts';
import { openTestStore } from '../test-store.ts';
import { type AccountFields, accountChain, createAccount, resolveEffective, visibleFrom } from './index.ts';

t.test('a child inherits from the nearest ancestor that says something, and is told from which', async (t) => {
  const store = await openTestStore(t);
  const chain = await store.write(async (tx) => {
    const root = await createAccount(tx, {
      name: 'Root',
      isReseller: true,
      timezone: 'Europe/Amsterdam',
      language: 'nl',
      maxIn: 50,
      didDefaultDest: { kind: 'reject' },
    });
    const middle = await createAccount(tx, {
      name: 'Middle',
      parentId: root.id,
      isReseller: true,
      language: 'de',
      maxIn: 0,
      didDefaultDest: { kind: 'account_default' },
    });
    const leaf = await createAccount(tx, { name: 'Leaf', parentId: middle.id, brandName: 'Leaf' });
    return accountChain(tx, leaf.id);
  });
  const [leaf, middle, root] = chain;
  const effective = resolveEffective(chain);
  t.strictSame(effective.timezone, { value: 'Europe/Amsterdam', fromAccountId: root?.id });
  t.strictSame(effective.language, { value: 'de', fromAccountId: middle?.id });
  t.strictSame(effective.maxIn, { value: 0, fromAccountId: middle?.id }, '0 blocks; it does not inherit');
  t.strictSame(effective.brandName, { value: 'Leaf', fromAccountId: leaf?.id });
  t.strictSame(effective.didDefaultDest, { value: { kind: 'reject' }, fromAccountId: root?.id });
  t.strictSame(effective.country, { value: null, fromAccountId: null });
});

t.test('over random trees, what is inherited and what is visible equal a naive model', async (t) => {
  const node = fc.record({
    parent: fc.nat(),
    maxOut: fc.option(fc.integer({ min: -1, max: 5 })),
    language: fc.option(fc.constantFrom('nl', 'de')),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(node, { minLength: 1, maxLength: 60 }), async (nodes) => {
      const store = await openTestStore(t);
      const made: {
        readonly id: number;
        readonly parentId: number | null;
        readonly depth: number;
        readonly fields: AccountFields;
      }[] = [];
      await store.write(async (tx) => {
        for (const [i, { parent, ...fields }] of nodes.entries()) {
          const above = i === 0 ? undefined : made[parent % i];
          const parentId = above === undefined || above.depth === 10 ? null : above.id;
          const { id } = await createAccount(tx, { ...fields, name: `n${i}`, parentId, isReseller: true });
          made.push({ id, parentId, depth: parentId === null ? 1 : (above?.depth ?? 0) + 1, fields });
        }
      });
      const byId = new Map(made.map((account) => [account.id, account]));
      const naive = (id: number | null, field: 'maxOut' | 'language'): unknown => {
        const account = id === null ? undefined : byId.get(id);
        return account === undefined ? null : (account.fields[field] ?? naive(account.parentId, field));
      };
      const isBelow = (id: number | null, top: number): boolean =>
        id !== null && (id === top || isBelow(byId.get(id)?.parentId ?? null, top));
      for (const { id } of made) {
        const effective = resolveEffective(await accountChain(store, id));
        if (effective.maxOut.value !== naive(id, 'maxOut') || effective.language.value !== naive(id, 'language'))
          return false;
        const visible = await visibleFrom(store, id);
        if (made.some((other) => visible.has(other.id) !== isBelow(other.id, id))) return false;
      }
      await store.close();
      return true;
    }),
    { numRuns: 10 },
  );
});
