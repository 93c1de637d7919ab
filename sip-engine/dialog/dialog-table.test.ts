import t from 'tap';
import type { Flow } from '../transport/types.ts';
import { Dialog, type DialogSeed, dialogId } from './dialog.ts';
import { DialogTable } from './dialog-table.ts';

const flow = { hold: () => undefined, release: () => undefined } as unknown as Flow;

/** The side of who called: its tag is in the id; that of a callee has the peer's there. */
function dialog(role: 'uas' | 'uac', callId: string, localTag: string, remoteTag: string): Dialog {
  const id = dialogId(callId, role === 'uac' ? localTag : remoteTag);
  const owner = { gone: false };
  return new Dialog({ id, role, callId, localTag, remoteTag, flow, owner } as unknown as DialogSeed);
}

t.test('a request is of a dialog by Call-ID and both tags, until that is removed', async (t) => {
  const table = new DialogTable({ hex: () => '0123456789abcdef' });
  const callee = dialog('uas', 'c', 'ours', 'theirs');
  table.add(callee);
  table.add(callee);
  t.equal(table.size, 1);
  t.equal(table.match('c', 'ours', 'theirs'), callee);
  for (const [callId, local, remote] of [
    ['d', 'ours', 'theirs'],
    ['c', 'other', 'theirs'],
    ['c', 'ours', 'other'],
    ['c', 'theirs', 'ours'],
  ] as const) {
    t.equal(table.match(callId, local, remote), undefined, `${callId} ${local} ${remote}`);
  }
  table.remove(callee);
  t.equal(callee.state, 'ended');
  t.equal(table.match('c', 'ours', 'theirs'), undefined);
  t.equal(table.find(callee.id), undefined);
  t.equal(table.size, 0);
});

t.test('of the branches that share an id the newest answers to it, and the confirmed one before it', async (t) => {
  const table = new DialogTable({ hex: () => '0123456789abcdef' });
  const branches = ['x', 'y', 'z'].map((tag) => dialog('uac', 'c', 'ours', tag));
  const [first, second, third] = branches as [Dialog, Dialog, Dialog];
  for (const branch of branches) table.add(branch);
  t.same(table.branches(first.id), branches);
  t.equal(table.find(first.id), third);
  first.state = 'confirmed';
  t.equal(table.find(first.id), first);
  table.remove(second);
  t.same(table.branches(first.id), [first, third]);
  t.equal(table.match('c', 'ours', 'y'), undefined);
  t.equal(table.match('c', 'ours', 'z'), third);
});

t.test('ids of callees do not lead to the dialog of another call that has the same tag', async (t) => {
  const table = new DialogTable({ hex: () => '0123456789abcdef' });
  const callees = ['x', 'y'].map((tag) => dialog('uas', 'c', tag, 'theirs'));
  const caller = dialog('uac', 'other', 'theirs', 'x');
  for (const one of [...callees, caller]) table.add(one);
  t.equal(table.find(dialogId('c', 'theirs')), callees[1]);
  t.equal(table.find(dialogId('other', 'theirs')), caller);
  t.same(table.branches(dialogId('c', 'theirs')), []);
  t.same(table.ownedBy({ gone: false }), []);
  t.equal(table.all().length, 3);
});

t.test('a hundred branches of one id are added and removed in any order', async (t) => {
  const table = new DialogTable({ hex: () => '0123456789abcdef' });
  const all = Array.from({ length: 100 }, (_, index) => dialog('uas', 'c', 'ours', `${index}`));
  for (const one of all) table.add(one);
  for (const one of all.filter((_, index) => index % 2 === 0)) table.remove(one);
  t.equal(table.size, 50);
  t.ok(all.every((one, index) => table.match('c', 'ours', one.remoteTag) === (index % 2 === 0 ? undefined : one)));
});
