import t from 'tap';
import { EVERYTHING, listRecordStreams, openRecordStreamSecret } from '../store/index.ts';
import { openTestStore } from '../store/test-store.ts';
import { applyTenants, exportTenants, type PlanOptions, planTenants } from './index.ts';

const URL = 'https://calls.example/records';
const file = (streams: string, prune = '') =>
  `version: 1\n${prune}accounts:\n  - name: MSP\n    record_streams: ${streams}\n`;
const options = (secret: string | undefined): PlanOptions => ({
  visible: null,
  actor: 'test',
  resolveSecret: ({ env }) => (env === 'CALLS' ? secret : undefined),
});

t.test('streams of call records come from a tenant file, change with it, and go when it prunes', async (t) => {
  const store = await openTestStore(t);
  const apply = (text: string, secret = 'one') => applyTenants(store, text, 'a.yaml', options(secret));
  const rows = async () => (await listRecordStreams(store, {}, EVERYTHING, null)).rows;
  const made = file(`[{url: "${URL}", secret: {env: CALLS}}]`);
  t.match((await apply(made)).text, /\+ record stream https:\/\/calls\.example\/records \(MSP\)/);
  const [row] = await rows();
  t.match(row, { url: URL, status: 'active', kind: 'http' });
  t.equal(await openRecordStreamSecret(store, row?.id ?? 0), 'one');
  t.equal((await apply(made)).text, 'no changes');
  const exported = await exportTenants(store, null);
  t.match(exported, /record_streams:\n\s+- url: https:\/\/calls\.example\/records/);
  t.equal((await planTenants(store, exported, 'b.yaml', options(undefined))).text, 'no changes');

  const paused = file(`[{url: "${URL}", secret: {env: CALLS}, status: paused}]`);
  const { text } = await apply(paused, 'two');
  t.match(text, /~ record stream .*: status active -> paused, secret the one before -> another/);
  t.equal(await openRecordStreamSecret(store, row?.id ?? 0), 'two');
  await apply(file('[]'), 'two');
  t.equal((await rows()).length, 1, 'without prune nothing goes');
  t.match((await apply(file('[]', 'prune: true\n'))).text, /- record stream/);
  t.same(await rows(), []);
});

t.test('what is no address, and a stream without a secret, are refused with their line', async (t) => {
  const store = await openTestStore(t);
  const apply = (text: string) => applyTenants(store, text, 'a.yaml', options(undefined));
  await t.rejects(apply(file(`[{url: "${URL}"}]`)), { message: /a\.yaml:4.*needs a secret/ });
  await t.rejects(apply(file(`[{url: "${URL}", secret: {env: CALLS}}]`)), { message: /nothing at CALLS/ });
  await t.rejects(apply(file('[{url: "file:///etc/passwd", secret: {env: CALLS}}]')), {
    message: /must be an address/,
  });
});
