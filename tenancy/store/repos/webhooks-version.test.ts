import { sql } from 'kysely';
import t from 'tap';
import { openTestStore } from '../test-store.ts';
import { createAccount } from './account-repo.ts';
import { createWebhook, deleteWebhook, rotateWebhookSecret, updateWebhook, webhooksVersion } from './webhook-repo.ts';

t.test(
  'the version of the endpoints changes with each of them, by hand too, and when a secret takes over',
  async (t) => {
    let now = 1_000_000;
    const store = await openTestStore(t, { nowMs: () => now });
    const versions = new Set<string>();
    const isNew = async (what: string) => {
      const version = await webhooksVersion(store);
      t.notOk(versions.has(version), what);
      t.equal(await webhooksVersion(store), version, 'and stays until the next');
      versions.add(version);
    };
    await isNew('none');
    const account = await createAccount(store, { name: 'Acme' });
    t.ok(versions.has(await webhooksVersion(store)), 'an account is no endpoint');
    const { row } = await createWebhook(store, { accountId: account.id, url: 'https://a.example/', events: ['*'] });
    await isNew('made');
    await updateWebhook(store, row.id, { url: 'https://b.example/', events: undefined, isEnabled: undefined });
    await isNew('changed');
    await rotateWebhookSecret(store, row.id, 60);
    await isNew('two secrets');
    now += 60_000;
    await isNew('the next secret has taken over');
    await sql`UPDATE webhooks SET url = 'https://c.example/'`.execute(store.db);
    await isNew('edited by hand');
    await deleteWebhook(store, row.id, null);
    await isNew('removed');
    const plan = await sql<{ detail: string }>`EXPLAIN QUERY PLAN SELECT count(*) FROM webhooks
    WHERE next_secret_from_ms IS NOT NULL AND next_secret_from_ms <= 5`.execute(store.db);
    t.match(plan.rows.map(({ detail }) => detail).join(), /USING COVERING INDEX webhooks_rotating/);
  },
);
