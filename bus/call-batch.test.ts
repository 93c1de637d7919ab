import t from 'tap';
import { CallBatch, packCalls, unpackCalls } from './call-batch.ts';
import type { CallRecord } from './events.ts';

function recordOf(uuid: string, more: Partial<CallRecord> = {}): CallRecord {
  return { uuid, from: 'line\nend "ü"', endedAtMs: null, status: 0, trace: [], ...more } as unknown as CallRecord;
}

function told(batch: CallBatch): readonly CallRecord[] {
  return unpackCalls(batch.take()).map(({ record }) => JSON.parse(record) as CallRecord);
}

t.test('records cross in the order in which their calls were told of first, ended or not', (t) => {
  const batch = new CallBatch();
  const [first, second, third] = ['call_1', 'call_2', 'call_3'].map((uuid) => recordOf(uuid)) as [
    CallRecord,
    CallRecord,
    CallRecord,
  ];
  batch.put(first);
  batch.put(second);
  batch.put(third);
  batch.put({ ...second, endedAtMs: 5 });
  batch.put({ ...first, status: 200 });
  batch.put(recordOf('call_4', { endedAtMs: 6 }));
  batch.put({ ...third, endedAtMs: 7 });
  t.equal(batch.size, 4);
  t.strictSame(told(batch), [
    { ...first, status: 200 },
    { ...second, endedAtMs: 5 },
    { ...third, endedAtMs: 7 },
    recordOf('call_4', { endedAtMs: 6 }),
  ]);
  t.equal(batch.size, 0);
  t.strictSame(told(batch), []);
  t.end();
});

t.test('packed records are unpacked with their columns, however many', (t) => {
  const records = Array.from({ length: 300 }, (_, at) =>
    recordOf(`call_${at}`, { to: `+${at}`, endedAtMs: at % 2 === 0 ? at : null, isEmergency: at % 3 === 0 }),
  );
  const rows = unpackCalls(packCalls(records));
  t.strictSame(
    rows.map(({ record }) => JSON.parse(record)),
    records,
  );
  t.strictSame(
    rows.map(({ columns, isEmergency }) => [columns[0], columns[7], columns[10], isEmergency]),
    records.map(({ uuid, to, endedAtMs, isEmergency }) => [uuid, to, endedAtMs, isEmergency]),
  );
  t.end();
});
