import t from 'tap';
import { Value } from 'typebox/value';
import { envelopeOf } from '../events/index.ts';
import { createCarrier, renderEvent, takeOutbox } from '../store/index.ts';
import { saveSipEvents } from './save-sip-events.ts';
import { openJournal } from './test-journal.ts';

t.test('the operator hears of a carrier that goes and comes back, once, also across a restart', async (t) => {
  const { store, clock } = await openJournal(t);
  const { id: carrierId, uuid } = await store.write((context) => createCarrier(context, { name: 'Loop' }));
  const save = (state: 'up' | 'down') => {
    const reason = state === 'down' ? ('gateways_silent' as const) : null;
    return saveSipEvents(store, [{ kind: 'carrier_state', change: { carrierId, state, reason, atMs: clock.nowMs() } }]);
  };
  const told = () => takeOutbox(store, 100);
  await save('up');
  t.same(await told(), [], 'that it is there is no news');
  await save('down');
  await save('down');
  await save('up');
  await save('up');
  const rows = await told();
  const data = { carrier_id: carrierId, carrier_uuid: uuid, name: 'Loop' };
  t.match(rows, [
    { accountId: null, event: 'carrier.down', data: { ...data, reason: 'gateways_silent' } },
    { accountId: null, event: 'carrier.up', data },
  ]);
  t.equal(rows.length, 2);
  for (const row of rows) {
    t.same([...Value.Errors(envelopeOf(row.event), JSON.parse(renderEvent(row)))], [], row.event);
  }
});
