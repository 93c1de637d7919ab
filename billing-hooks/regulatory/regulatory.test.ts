import t from 'tap';
import { Value } from 'typebox/value';
import {
  createAccount,
  createDid,
  deleteDocument,
  deleteDueDocuments,
  envelopeOf,
  getDid,
  getDocument,
  getSubmission,
  keepDocuments,
  readDocument,
  releaseDid,
  renderEvent,
  type StoreContext,
  takeOutbox,
} from '../../tenancy/index.ts';
import {
  type CarrierAdapter,
  COUNTRIES,
  createDefaultCarrier,
  needsDocuments,
  offersOf,
  type RegulatoryVerdict,
} from '../inventory/index.ts';
import { checkout } from '../orders/index.ts';
import { openTestShop } from '../test-store.ts';
import { askAbout, askCarrier } from './ask-carrier.ts';
import { decideSubmission } from './decide-submission.ts';
import { LOCAL_ADDRESS } from './requirement-table.ts';
import { listRequirements, requirementsOf } from './requirements.ts';
import { RETENTION } from './retention.ts';
import { sniffDocument, type Upload } from './sniff-document.ts';
import { checkUpload, storeDocument, submitDocuments } from './submit-documents.ts';
import { JPEG, PDF, PNG } from './test-files.ts';

const upload = (content: Buffer, name = '', declaredType = ''): Upload => ({ name, declaredType, content });
const DAY_MS = 86_400_000;

t.test('every number on sale has a set: empty exactly where the inventory sells it without documents', async (t) => {
  for (const country of COUNTRIES) {
    const sets = listRequirements(country);
    t.same(new Set(sets.map(({ type }) => type)), new Set(offersOf(country).map(({ type }) => type)), country);
    for (const { type, kinds } of sets) t.equal(kinds.length > 0, needsDocuments(country, type), `${country} ${type}`);
  }
  t.same(listRequirements('ZZ'), []);
  t.same(requirementsOf('DE', 'local').kinds, ['identity', 'local_address_proof']);
  t.same(requirementsOf('AE', 'mobile').kinds, ['identity', 'address_proof', 'company_extract']);
  for (const country of LOCAL_ADDRESS) t.ok(COUNTRIES.includes(country), country);
});

t.test('what a document is, its content says', async (t) => {
  t.equal(await sniffDocument('file', upload(PDF, 'passport.PDF', 'application/pdf')), 'application/pdf');
  t.equal(await sniffDocument('file', upload(PNG, 'no ending', 'application/octet-stream')), 'image/png');
  t.equal(await sniffDocument('file', upload(JPEG, 'me.jpeg', 'image/jpg')), 'image/jpeg');
  const lies: readonly (readonly [Upload, RegExp])[] = [
    [upload(PNG, 'a.pdf'), /is called a\.pdf, but by its content it is image\/png/],
    [upload(PDF, '', 'image/png'), /says it is image\/png, but by its content it is application\/pdf/],
    [upload(Buffer.from('MZ\u0090\u0000 a program'), 'a.pdf', 'application/pdf'), /must be PDF, JPEG or PNG/],
    [upload(Buffer.from('<html>%PDF-1.4</html>'), 'a.pdf', 'application/pdf'), /must be PDF, JPEG or PNG/],
    [upload(PDF, 'a.exe'), /is called a\.exe/],
    [upload(Buffer.alloc(0)), /is empty/],
    [upload(Buffer.concat([PDF, Buffer.alloc(10 * 1024 * 1024)])), /more than 10 MiB/],
  ];
  for (const [lie, words] of lies)
    await t.rejects(sniffDocument('file', lie), { code: 'validation_failed', field: 'file', message: words });
});

async function openDesk(t: Parameters<typeof openTestShop>[0]) {
  const shop = await openTestShop(t, 100_000);
  const { store, accountId } = shop;
  const verdicts: (RegulatoryVerdict | Error)[] = [];
  const asked: Parameters<CarrierAdapter['submitRegulatory']>[0][] = [];
  const carrier: CarrierAdapter = {
    ...createDefaultCarrier(store),
    submitRegulatory: async (submission) => {
      asked.push(submission);
      const verdict = verdicts.shift() ?? { status: 'pending' };
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
  };
  const buy = async (country: string) => {
    const { offers } = await carrier.search({ country, type: 'local' }, { offset: 0, limit: 1 });
    const items = [{ number: offers[0]?.number ?? '' }];
    const order = await checkout({ store, carrier }, { accountId, actor: 'test', items, idempotencyKey: undefined });
    return Number(order.items[0]?.didId);
  };
  const submit = async (didId: number) => {
    const uploads = [
      await checkUpload('identity', 'identity', upload(PDF, 'me.pdf')),
      await checkUpload('address', 'local_address_proof', upload(PNG)),
    ];
    const request = { numbers: [didId], documents: [], uploads };
    return store.write((context) => submitDocuments(context, request, new Set([accountId])));
  };
  const events = async () => {
    const told = await takeOutbox(store, 100);
    for (const row of told) {
      const sent: unknown = JSON.parse(renderEvent(row));
      if (!Value.Check(envelopeOf(row.event), sent)) throw new Error(`${row.event} is not as described`);
    }
    return told.map(({ event }) => event);
  };
  return { ...shop, carrier, verdicts, asked, buy, submit, events };
}

t.test('a number waits, and goes live when its documents are approved; both are told in the same moment', async (t) => {
  const { store, buy, submit, events, clock } = await openDesk(t);
  const id = await buy('DE');
  t.equal((await getDid(store, id, null)).status, 'pending_regulatory');
  t.same(await events(), [], 'nothing is live yet');
  const { id: submissionId } = await submit(id);
  clock.advance(3 * DAY_MS);
  const done = await store.write((context) => decideSubmission(context, submissionId, { status: 'approved', by: 'x' }));
  t.match(done, { status: 'approved', decidedBy: 'x', decidedAtMs: clock.nowMs() });
  const did = await getDid(store, id, null);
  t.match(did, { status: 'active', activatedAtMs: clock.nowMs() });
  t.ok((did.renewsAtMs ?? 0) > clock.nowMs() + 27 * DAY_MS, 'its first month begins now');
  t.same(await events(), ['regulatory.approved', 'number.activated']);
  const again = { status: 'rejected', by: 'x', reason: 'late' } as const;
  await t.rejects(
    store.write((context) => decideSubmission(context, submissionId, again)),
    { code: 'conflict' },
  );
});

t.test('a decision that cannot be stored tells nothing and activates nothing', async (t) => {
  const { store, buy, submit, events } = await openDesk(t);
  const id = await buy('DE');
  const { id: submissionId } = await submit(id);
  const failing = store.write(async (context: StoreContext) => {
    await decideSubmission(context, submissionId, { status: 'approved', by: 'x' });
    throw new Error('disk full');
  });
  await t.rejects(failing, /disk full/);
  t.same(await events(), []);
  t.equal((await getDid(store, id, null)).status, 'pending_regulatory');
  t.equal((await getSubmission(store, submissionId, null)).status, 'pending');
});

t.test('after a rejection the number waits on, and the documents can be handed in again', async (t) => {
  const { store, buy, submit, events, accountId } = await openDesk(t);
  const id = await buy('DE');
  const first = await submit(id);
  const decision = { status: 'rejected', by: 'x', reason: 'The passport has expired.' } as const;
  await store.write((context) => decideSubmission(context, first.id, decision));
  t.same(await events(), ['regulatory.rejected']);
  t.equal((await getDid(store, id, null)).status, 'pending_regulatory');
  const request = { numbers: [id], documents: first.documents.map((document) => document.id), uploads: [] };
  const second = await store.write((context) => submitDocuments(context, request, new Set([accountId])));
  t.not(second.id, first.id);
});

t.test('what is missing, waiting already, not waiting or foreign is refused, and nothing of it stays', async (t) => {
  const { store, buy, submit, accountId } = await openDesk(t);
  const id = await buy('DE');
  const mine = new Set([accountId]);
  const identity = await checkUpload('identity', 'identity', upload(PDF));
  const one = (numbers: readonly (number | string)[], documents: readonly number[] = [], visible = mine) =>
    store.write((context) => submitDocuments(context, { numbers, documents, uploads: [identity] }, visible));
  await t.rejects(one([id]), { code: 'validation_failed', message: /are missing: local_address_proof/ });
  t.equal((await store.db.selectFrom('regulatoryDocuments').selectAll().execute()).length, 0);
  await t.rejects(one([id], [], new Set([accountId + 1])), { code: 'not_found' });
  const free = await buy('US');
  await t.rejects(one([free]), { message: /does not wait for documents/ });
  const stranger = await store.write(async (context) => {
    const { id: other } = await createAccount(context, { name: 'Stranger' });
    await createDid(context, { accountId: other, number: '+4930111222', country: 'DE', status: 'pending_regulatory' });
    return (await storeDocument(context, other, identity)).id;
  });
  await t.rejects(one([id], [stranger]), { code: 'not_found' }, "another tenant's document");
  await t.rejects(one([id, '+4930111222'], [], mine), { code: 'not_found' }, "another tenant's number");
  await submit(id);
  await t.rejects(submit(id), { code: 'conflict', message: /waits for a decision/ });
});

t.test('the carrier gets the documents as they were sent, once answered or not, and its verdict counts', async (t) => {
  const { store, carrier, verdicts, asked, buy, submit, clock } = await openDesk(t);
  const id = await buy('DE');
  verdicts.push(new Error('unreachable'), { status: 'pending' }, { status: 'approved' });
  const submission = await submit(id);
  t.equal(await askAbout(store, carrier, submission), false);
  t.equal(await askCarrier(store, carrier), 0, 'not before its time');
  clock.advance(15_000);
  await askCarrier(store, carrier);
  t.match(await getSubmission(store, submission.id, null), { status: 'pending', carrierHasIt: 1 });
  clock.advance(15 * 60_000);
  t.equal(await askCarrier(store, carrier), 1);
  t.match(await getSubmission(store, submission.id, null), { status: 'approved', decidedBy: 'carrier:simulated' });
  t.equal((await getDid(store, id, null)).status, 'active');
  t.same(
    asked.map(({ reference }) => reference),
    [submission.uuid, submission.uuid, submission.uuid],
  );
  t.same(
    asked[0]?.documents.map(({ kind, content }) => [kind, Buffer.from(content)]),
    [
      ['identity', PDF],
      ['local_address_proof', PNG],
    ],
  );
  clock.advance(DAY_MS);
  t.equal(await askCarrier(store, carrier), 0);
  t.equal(asked.length, 3, 'what is decided is not asked about');
});

t.test('documents are sealed at rest, each for its own row', async (t) => {
  const { store, accountId } = await openDesk(t);
  const secret = Buffer.concat([PDF, Buffer.from('Jane Doe, born 1970')]);
  const checked = await checkUpload('file', 'identity', upload(secret));
  const [one, two] = await store.write(async (context) => [
    await storeDocument(context, accountId, checked),
    await storeDocument(context, accountId, checked),
  ]);
  const rows = await store.db.selectFrom('regulatoryDocuments').select(['id', 'contentSealed']).execute();
  for (const { contentSealed } of rows) {
    const bytes = Buffer.from(contentSealed ?? []);
    for (const text of [secret, Buffer.from(secret.toString('base64')), Buffer.from('Jane')])
      t.equal(bytes.indexOf(text), -1);
  }
  t.same(one && (await readDocument(store, one)), secret);
  await store.db
    .updateTable('regulatoryDocuments')
    .set({ contentSealed: rows[0]?.contentSealed ?? null })
    .where('id', '=', two?.id ?? 0)
    .execute();
  const copied = await getDocument(store, two?.id ?? 0, null);
  await t.rejects(readDocument(store, copied), 'copied to another row it does not open');
});

t.test('documents go on their day: unused, rejected, approved, and never while one waits for a decision', async (t) => {
  const { store, buy, submit, clock, accountId } = await openDesk(t);
  const unused = await store.write(async (context) =>
    storeDocument(context, accountId, await checkUpload('file', 'identity', upload(JPEG, 'me.jpg'))),
  );
  const submission = await submit(await buy('DE'));
  const used = submission.documents[0]?.id ?? 0;
  await t.rejects(
    store.write((context) => deleteDocument(context, used, null)),
    { message: /waits for a decision/ },
  );
  clock.advance(RETENTION.unusedMs - 1);
  t.equal(await store.write(deleteDueDocuments), 0);
  clock.advance(1);
  t.equal(await store.write(deleteDueDocuments), 1);
  const gone = await getDocument(store, unused.id, null);
  t.match(
    gone,
    { deletedAtMs: clock.nowMs(), fileName: '', sha256: unused.sha256 },
    'what is left says what was there',
  );
  await t.rejects(readDocument(store, gone), { code: 'not_found' });
  const kept = await store.db.selectFrom('regulatoryDocuments').select('contentSealed').execute();
  t.equal(kept.filter(({ contentSealed }) => contentSealed === null).length, 1);
  clock.advance(400 * DAY_MS);
  t.equal(await store.write(deleteDueDocuments), 0, 'a submission still waits');
  await store.write((context) => decideSubmission(context, submission.id, { status: 'approved', by: 'x' }));
  clock.advance(RETENTION.approvedMs - 1);
  t.equal(await store.write(deleteDueDocuments), 0);
  clock.advance(1);
  t.equal(await store.write(deleteDueDocuments), 2);
  await store.write((context) => keepDocuments(context, [used], clock.nowMs() + 1));
  t.match(await getDocument(store, used, null), { deletesAtMs: clock.nowMs() }, 'what is gone gets no new day');
});

t.test('a submission whose numbers were given back ends by itself, tells nothing, and its documents go', async (t) => {
  const { store, carrier, asked, buy, submit, clock, events } = await openDesk(t);
  const id = await buy('DE');
  const submission = await submit(id);
  await store.write((context) => releaseDid(context, id, null));
  t.equal(await askCarrier(store, carrier), 1);
  t.equal(asked.length, 0, 'nobody else is shown the documents');
  t.match(await getSubmission(store, submission.id, null), { status: 'rejected', decidedBy: 'retention' });
  t.same(await events(), ['number.released']);
  clock.advance(RETENTION.rejectedMs);
  t.equal(await store.write(deleteDueDocuments), 2);
});

t.test('a document used twice keeps the longer of its two days', async (t) => {
  const { store, buy, submit, clock, accountId } = await openDesk(t);
  const first = await submit(await buy('DE'));
  await store.write((context) => decideSubmission(context, first.id, { status: 'approved', by: 'x' }));
  const approvedAtMs = clock.nowMs();
  clock.advance(DAY_MS);
  const documents = first.documents.map((document) => document.id);
  const request = { numbers: [await buy('DE')], documents, uploads: [] };
  const second = await store.write((context) => submitDocuments(context, request, new Set([accountId])));
  t.equal((await getDocument(store, documents[0] ?? 0, null)).deletesAtMs, null);
  const decision = { status: 'rejected', by: 'x', reason: 'No.' } as const;
  await store.write((context) => decideSubmission(context, second.id, decision));
  t.equal((await getDocument(store, documents[0] ?? 0, null)).deletesAtMs, approvedAtMs + RETENTION.approvedMs);
});
