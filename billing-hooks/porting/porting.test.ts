import t, { type Test } from 'tap';
import { Value } from 'typebox/value';
import {
  createTrunk,
  envelopeOf,
  findDid,
  getBalance,
  getPorting,
  listTransactions,
  renderEvent,
  type Store,
  takeOutbox,
  updateAccount,
  verifyLedger,
} from '../../tenancy/index.ts';
import { type CarrierAdapter, createDefaultCarrier, type PortRequest, type PortState } from '../inventory/index.ts';
import { runRenewals } from '../renewals/index.ts';
import { openTestShop } from '../test-store.ts';
import { cancelPort, decidePort, submitPort, workOnPorts } from './index.ts';

const DAY_MS = 86_400_000;
const NUMBERS = ['+31201234567', '+31651234567'];

async function open(t: Test, more: Partial<CarrierAdapter> = {}) {
  const shop = await openTestShop(t, 1000, 'Europe/Amsterdam');
  const { store, accountId } = shop;
  const carrier = { ...createDefaultCarrier(store), ...more };
  const { trunk } = await store.write((context) => createTrunk(context, { accountId, name: 'Acme' }));
  const request = {
    ...{ accountId, numbers: NUMBERS, currentProvider: 'Old Telecom', accountReference: '4711', pin: '0815' },
    ...{ trunk: trunk.id, earliestMs: null },
  };
  const submit = (change: Partial<Parameters<typeof submitPort>[1]> = {}) =>
    store.write((context) => submitPort(context, { ...request, ...change }));
  return { ...shop, carrier, trunk, submit, work: () => workOnPorts(store, carrier) };
}

/** What was told of porting orders, each as the catalogue describes it. */
async function told(t: Test, store: Store) {
  const rows = (await takeOutbox(store, 100)).filter(({ event }) => event.startsWith('porting.'));
  for (const row of rows)
    t.same(
      [...Value.Errors(envelopeOf(row.event), JSON.parse(renderEvent(row)))],
      [],
      `${row.event} as it is described`,
    );
  return rows.map(({ event, data, accountId }) => ({ event, data, accountId }));
}

t.test('numbers come on their day, ring the trunk at once, and their rent begins then', async (t) => {
  const { store, clock, accountId, carrier, trunk, submit, work } = await open(t);
  const { id } = await submit();
  t.equal(await work(), 1);
  t.match(await getPorting(store, id, null), { status: 'accepted', portsAtMs: clock.nowMs() + 7 * DAY_MS });
  t.equal(await work(), 0);
  clock.advance(7 * DAY_MS - 1);
  t.equal(await work(), 0, 'not a moment earlier');
  t.equal(await findDid(store, NUMBERS[0] ?? '', null), undefined);
  clock.advance(1);
  t.equal(await work(), 1);
  t.match(await getPorting(store, id, null), { status: 'completed', decidedBy: 'carrier:simulated' });
  for (const [index, number] of NUMBERS.entries())
    t.match(await findDid(store, number, new Set([accountId])), {
      ...{ status: 'active', country: 'NL', type: ['local', 'mobile'][index], destination: { trunkId: trunk.id } },
    });
  t.equal((await takeOutbox(store, 10)).filter(({ event }) => event === 'number.activated').length, 2);
  const ports_at = new Date(clock.nowMs()).toISOString();
  t.match(await told(t, store), [
    { event: 'porting.accepted', accountId, data: { porting_id: id, numbers: NUMBERS, ports_at } },
    { event: 'porting.completed', accountId, data: { porting_id: id, numbers: NUMBERS, ports_at } },
  ]);
  t.match(await runRenewals(store, carrier), { renewed: 2 });
  t.match(await runRenewals(store, carrier), { renewed: 0 });
  t.equal(await getBalance(store, accountId), 10_000_000 - 1_500_000 - 4_500_000);
  const slice = { afterId: 0, offset: 0, limit: 9 };
  const { rows } = await listTransactions(store, { referenceType: 'number' }, slice, null);
  t.match(rows, [{ trunkUuid: trunk.uuid }, { trunkUuid: trunk.uuid }], 'the rent is of the trunk');
  t.same((await verifyLedger(store)).faults, []);
});

t.test('what cannot be ported is refused, naming the number', async (t) => {
  const { clock, submit } = await open(t);
  const refused = async (change: Parameters<typeof submit>[0], code: string, field: string) =>
    t.rejects(submit(change), { code, field }, JSON.stringify(change));
  await refused({ numbers: ['+31201234567', '12'] }, 'validation_failed', 'numbers[1]');
  await refused({ numbers: ['+88213123456'] }, 'validation_failed', 'numbers[0]');
  await refused({ numbers: ['+31201234567', '+31201234567'] }, 'validation_failed', 'numbers');
  await refused({ earliestMs: clock.nowMs() - 1 }, 'validation_failed', 'port_on');
  await t.rejects(submit({ trunk: 4711 }), { code: 'not_found' });
  await submit();
  await refused({ numbers: ['+31201234568', '+31651234567'] }, 'conflict', 'numbers[1]');
});

t.test(
  'the carrier gets the PIN, which is stored sealed; an order that it rejects says why and can be made again',
  async (t) => {
    const asked: PortRequest[] = [];
    let state: PortState = { status: 'submitted' };
    const port = async (request: PortRequest) => {
      asked.push(request);
      return state;
    };
    const { store, clock, submit, work } = await open(t, { port });
    const { id, uuid, pinSealed } = await submit();
    t.notOk(Buffer.from(pinSealed ?? []).includes('0815'));
    t.equal(await work(), 0);
    t.match(asked, [{ reference: uuid, numbers: NUMBERS, currentProvider: 'Old Telecom', pin: '0815' }]);
    t.equal(await work(), 0, 'asked again after a while only');
    t.equal(asked.length, 1);
    state = { status: 'rejected', reason: 'The PIN is wrong.' };
    clock.advance(3_600_000);
    t.equal(await work(), 1);
    t.match(await getPorting(store, id, null), { status: 'rejected', reason: 'The PIN is wrong.' });
    t.match(await told(t, store), [{ event: 'porting.rejected', data: { reason: 'The PIN is wrong.' } }]);
    await submit();
  },
);

t.test('a carrier that does not answer is asked ever more rarely, by the same reference', async (t) => {
  const asked: string[] = [];
  const port = async ({ reference }: PortRequest): Promise<PortState> => {
    asked.push(reference);
    throw new Error('unreachable');
  };
  const { clock, submit, work } = await open(t, { port });
  await submit();
  const counts: number[] = [];
  for (const minutes of [0, 1, 1, 1, 3, 1]) {
    clock.advance(minutes * 60_000);
    await work();
    counts.push(asked.length);
  }
  t.same(counts, [1, 2, 2, 3, 3, 4], 'after one minute, two, four');
  t.equal(new Set(asked).size, 1);
});

t.test('an order is taken back in time, with the carrier, and not after', async (t) => {
  const { store, clock, carrier, submit, work } = await open(t);
  const order = await submit();
  await work();
  const accepted = await getPorting(store, order.id, null);
  const decision = await cancelPort(store, carrier, accepted);
  await store.write((context) => decidePort(context, order.id, decision, 'test'));
  t.match(
    (await told(t, store)).map(({ event }) => event),
    ['porting.accepted', 'porting.cancelled'],
  );
  clock.advance(8 * DAY_MS);
  t.equal(await work(), 0, 'nothing comes of it');
  const late = await submit();
  clock.advance(8 * DAY_MS);
  await t.rejects(cancelPort(store, carrier, late), { code: 'conflict', message: /too late/ });
  const silent = { ...carrier, cancelPort: () => Promise.reject(new Error('unreachable')) };
  await t.rejects(cancelPort(store, silent, late), { code: 'conflict', message: /does not answer/ });
  await work();
  const again = store.write((context) => decidePort(context, late.id, { status: 'cancelled' }, 'test'));
  await t.rejects(again, { code: 'conflict', message: /completed already/ });
});

t.test('numbers that come for an account that has gone are told of, and none of them is taken in', async (t) => {
  const { store, clock, accountId, submit, work } = await open(t);
  const { id } = await submit();
  await work();
  await store.write((context) => updateAccount(context, accountId, { status: 'closed' }, null));
  clock.advance(8 * DAY_MS);
  t.equal(await work(), 1);
  t.match(await getPorting(store, id, null), { status: 'rejected', reason: /account was closed/ });
  t.equal(await findDid(store, NUMBERS[0] ?? '', null), undefined);
});
