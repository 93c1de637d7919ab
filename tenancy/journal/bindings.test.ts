import t from 'tap';
import { deleteTrunk, regenerateCredentials } from '../store/index.ts';
import { loadBindings, saveBindings, saveSipEvents } from './index.ts';
import { openJournal } from './test-journal.ts';

t.test('bindings come back exactly as they were, the last change of each winning', async (t) => {
  const { store, binding } = await openJournal(t);
  const kept = binding('sip:1002@10.0.0.5:5080;line=abc', { instance: '<urn:uuid:1>', regId: 1 });
  await saveBindings(store, [
    { op: 'put', binding: { ...kept, cseq: 0 } },
    { op: 'put', binding: binding('sip:gone@10.0.0.6') },
    { op: 'put', binding: kept },
    { op: 'remove', trunkId: kept.trunkId, contact: 'sip:gone@10.0.0.6', regId: null, cause: 'unregistered' },
  ]);
  t.strictSame(await loadBindings(store), [kept]);
});

t.test('a refresh moves the expiry of what was put before it, and of nothing that came or went after it', async (t) => {
  const { store, binding } = await openJournal(t);
  const [kept, shortened, gone] = ['sip:a@b', 'sip:c@d', 'sip:e@f'].map((contact) => binding(contact));
  if (kept === undefined || shortened === undefined || gone === undefined) throw new Error('three bindings were made');
  const { trunkId } = kept;
  const later = kept.expiresAtMs + 30_000;
  const contacts = [kept, shortened, gone].map(({ contact }) => contact);
  const regIds = [null, null, null];
  const refreshes = { trunkIds: [trunkId, trunkId, trunkId], contacts, regIds, expiresAtMs: [later, later, later] };
  await saveSipEvents(store, [
    ...[kept, shortened, gone].map((record) => ({
      kind: 'binding' as const,
      change: { op: 'put' as const, binding: record },
    })),
    { kind: 'refreshes', refreshes },
    { kind: 'binding', change: { op: 'put', binding: shortened } },
    { kind: 'binding', change: { op: 'remove', trunkId, contact: gone.contact, regId: null, cause: 'unregistered' } },
    {
      kind: 'refreshes',
      refreshes: { trunkIds: [trunkId], contacts: [gone.contact], regIds: [null], expiresAtMs: [later] },
    },
  ]);
  const extended = { ...kept, refreshedAtMs: kept.refreshedAtMs + 30_000, expiresAtMs: later };
  t.strictSame(await loadBindings(store), [extended, shortened]);
});

t.test('RFC 5626: two flows with one Contact are two bindings, each refreshed and removed by itself', async (t) => {
  const { store, binding, trunk } = await openJournal(t);
  const [first, second] = [1, 2].map((regId) => binding('sip:a@b', { regId, instance: '<urn:uuid:1>', cseq: regId }));
  if (first === undefined || second === undefined) throw new Error('two bindings were made');
  await saveBindings(store, [
    { op: 'put', binding: first },
    { op: 'put', binding: second },
  ]);
  t.strictSame(await loadBindings(store), [first, second]);
  const expiresAtMs = second.expiresAtMs + 9000;
  const refreshes = { trunkIds: [trunk.id], contacts: ['sip:a@b'], regIds: [2], expiresAtMs: [expiresAtMs] };
  await saveSipEvents(store, [{ kind: 'refreshes', refreshes }]);
  await saveBindings(store, [{ op: 'remove', trunkId: trunk.id, contact: 'sip:a@b', regId: 1, cause: 'unregistered' }]);
  t.strictSame(await loadBindings(store), [{ ...second, refreshedAtMs: second.refreshedAtMs + 9000, expiresAtMs }]);
});

t.test('expired bindings, and those of a deleted or re-keyed trunk, do not come back', async (t) => {
  const { store, binding, clock, trunk } = await openJournal(t);
  await saveBindings(store, [{ op: 'put', binding: binding('sip:a@b') }]);
  clock.advance(60_000);
  t.strictSame(await loadBindings(store), []);
  const again = binding('sip:a@b');
  await saveBindings(store, [{ op: 'put', binding: again }]);
  await store.write((tx) => regenerateCredentials(tx, trunk.id, { overlapSec: 60 }, null));
  t.equal((await loadBindings(store)).length, 1, 'an overlap keeps the PBX registered');
  await store.write((tx) => regenerateCredentials(tx, trunk.id, {}, null));
  t.strictSame(await loadBindings(store), []);
  await store.write((tx) => deleteTrunk(tx, trunk.id, null));
  await saveBindings(store, [{ op: 'put', binding: again }]);
  t.strictSame(await loadBindings(store), [], 'a late report of a deleted trunk is ignored');
});
