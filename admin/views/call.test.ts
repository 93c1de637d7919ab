import t from 'tap';
import type { CallRecord } from '../../bus/index.ts';
import { applyTenants } from '../../tenancy/index.ts';
import { openTestWorld, send, type TestWorld } from '../test-world.ts';

const LEG = { callId: 'theirs', remote: '198.51.100.77:5060', contact: 'sip:desk@198.51.100.77' };

type Called = Pick<CallRecord, 'didId' | 'didAccountId'>;

async function calls(world: TestWorld, ...called: readonly Called[]): Promise<void> {
  const record: Omit<CallRecord, 'didId'> = {
    ...{ uuid: 'call_1', direction: 'internal', accountId: world.accounts.bistro, trunkId: null, carrierId: null },
    ...{ from: '+1', to: '+2', startedAtMs: 1, answeredAtMs: null, endedAtMs: 2, status: 480, hungUpBy: 'server' },
    ...{ result: 'client_error', reason: 'trunk_offline', sentence: 'Surgery: no PBX is registered.' },
    ...{ aLeg: { callId: 'ours', remote: '192.0.2.5:5060', contact: 'sip:me@192.0.2.5' }, bLeg: LEG },
    attempts: [{ target: LEG.contact, status: 503, atMs: 1 }],
    trace: [{ step: 'resolveTarget', saw: '+2', decided: 'trunk Surgery' }],
  };
  world.calls.push(...called.map((number, at) => ({ ...record, ...number, id: at + 1, uuid: `call_${at + 1}` })));
}

async function number(world: TestWorld, accountId: number, text: string): Promise<number> {
  return (await world.admin.dids.create('test', { accountId, number: text })).id;
}

t.test('who calls a number of another tenant learns nothing of its PBX; who sees both accounts does', async (t) => {
  const world = await openTestWorld(t);
  await calls(world, { didId: await number(world, world.accounts.clinic, '+3223456700') });
  const read = async (key: string) => {
    const answers = await Promise.all(['/calls', '/calls/1'].map((path) => send(world.app, 'GET', path, { key })));
    for (const { status } of answers) t.equal(status, 200);
    return answers.map(({ body }) => body.data);
  };
  const [list, detail] = await read(world.keys.bistro);
  t.notMatch(JSON.stringify([list, detail]), /198\.51\.100|theirs|Surgery/);
  t.match(list[0].legs, [{ remote: '192.0.2.5:5060' }, { call_id: '', remote: 'another tenant' }]);
  t.match(list[0], { reason: 'trunk_offline', sentence: 'No PBX is registered on the trunk of this number.' });
  t.match(detail, { trace: [], attempts: [{ target: 'another tenant', status: 503 }] });
  for (const key of [world.keys.reseller, world.keys.operator])
    t.match(JSON.stringify(await read(key)), /198\.51\.100\.77.*Surgery/s);
});

/** What the bistro is told of the called side of each call. */
async function calledSides(world: TestWorld): Promise<readonly string[]> {
  const { body } = await send(world.app, 'GET', '/calls', { key: world.keys.bistro });
  return body.data.map(({ legs }: { legs: { remote: string }[] }) => legs[1]?.remote);
}

t.test('calls inside an account are shown whole, those to numbers that are gone are not', async (t) => {
  const world = await openTestWorld(t);
  const own = await number(world, world.accounts.bistro, '+31102345600');
  const gone = await number(world, world.accounts.bistro, '+31102345601');
  await world.admin.dids.release('test', gone);
  await calls(world, { didId: own }, { didId: null }, { didId: gone });
  t.same(await calledSides(world), [LEG.remote, LEG.remote, 'another tenant']);
});

t.test('whose number it was at the time counts: one that was moved here since, and one that is gone', async (t) => {
  const world = await openTestWorld(t);
  const { bistro, clinic } = world.accounts;
  const moved = await number(world, clinic, '+31102345602');
  const gone = await number(world, bistro, '+31102345603');
  await calls(world, { didId: moved, didAccountId: clinic }, { didId: gone, didAccountId: bistro }, { didId: moved });
  const file = 'version: 1\naccounts: [{name: Clinic}, {name: Bistro, dids: [{number: "+31102345602"}]}]';
  await applyTenants(world.store, file, 'f', { visible: null, actor: 'test', resolveSecret: () => undefined });
  await world.admin.dids.release('test', gone);
  t.same(await calledSides(world), ['another tenant', LEG.remote, LEG.remote], 'only the oldest records go by today');
});
