import t from 'tap';
import type { BindingRecord, CallRecord, LegDialog } from '../../bus/index.ts';
import type { EngineRequest, EngineResult } from '../../sip-engine/index.ts';
import { endOrphans } from './call-orphans.ts';

const dialog = (fields: Partial<LegDialog> = {}): LegDialog => ({
  local: '<sip:us@sip.example>;tag=ours',
  remote: '<sip:them@sip.example>;tag=theirs',
  cseq: 7,
  target: 'sip:them@10.0.0.9:5062',
  routes: [],
  hops: ['sip:192.0.2.9:5062;transport=tcp;flow=tcp%2F17'],
  trunkId: 1,
  ...fields,
});

const record = (a: LegDialog | undefined, b: LegDialog | undefined) =>
  ({
    aLeg: { callId: 'a', remote: '', contact: '', ...(a && { dialog: a }) },
    bLeg: { callId: 'b', remote: '', contact: '', ...(b && { dialog: b }) },
  }) as CallRecord;

const bound = (contact: string, connection: number) =>
  ({
    contact,
    sourceAddress: '192.0.2.9',
    sourcePort: 4,
    transport: 'tcp',
    flowId: `tcp/${connection}`,
  }) as BindingRecord;

/** Runs the orphans over an engine that answers by way; timers fire when told to. */
function run(
  calls: readonly CallRecord[],
  answer: (way: string) => EngineResult['kind'],
  bindings: BindingRecord[] = [],
) {
  const sent: EngineRequest[] = [];
  const timers: (() => void)[] = [];
  const warned: unknown[] = [];
  endOrphans(
    {
      send: (request, done) => {
        sent.push(request);
        done({ kind: answer(request.routeUri ?? '') } as EngineResult);
      },
      bindings: { bindingsOf: () => bindings },
      logger: { info: () => undefined, warn: (...fields: unknown[]) => warned.push(fields) } as never,
      after: (_ms, fn) => timers.push(fn),
    },
    calls,
  );
  return { sent, timers, warned };
}

t.test('each leg gets one BYE of its own dialog, over its flow, with a CSeq far above the last known', async (t) => {
  const routes = ['<sip:edge.example;lr>', '<sip:core.example;lr>'];
  const { sent, timers } = run([record(dialog(), dialog({ routes }))], () => 'response');
  t.match(sent, [{ method: 'BYE', uri: 'sip:them@10.0.0.9:5062' }, { method: 'BYE' }]);
  t.equal(sent.length, 2);
  t.equal(sent[0]?.routeUri, dialog().hops[0]);
  const headers = sent[1]?.headers ?? [];
  t.same(
    headers.filter(([name]) => name !== 'CSeq' && name !== 'Reason'),
    [
      ['From', dialog().local],
      ['To', dialog().remote],
      ['Call-ID', 'b'],
      ['Route', routes[0]],
      ['Route', routes[1]],
    ],
  );
  t.ok(Number.parseInt(headers.find(([name]) => name === 'CSeq')?.[1] ?? '', 10) > 10_000);
  t.equal(timers.length, 0);
});

t.test('a leg whose connection is gone is reached by its route set, else by its Contact', async (t) => {
  const closed = (way: string) => (way.includes('flow=') ? 'failed' : 'response');
  const routed = run([record(dialog({ routes: ['<sip:edge.example;lr>'] }), undefined)], closed);
  t.same(
    routed.sent.map((bye) => bye.routeUri),
    [dialog().hops[0], 'sip:edge.example;lr'],
  );
  const direct = run([record(dialog(), undefined)], closed);
  t.equal(direct.sent[1]?.routeUri, 'sip:them@10.0.0.9:5062');
});

t.test('a PBX that comes back over a new connection gets its BYE there', async (t) => {
  const bindings: BindingRecord[] = [];
  const { sent, timers } = run(
    [record(dialog(), undefined)],
    (way) => (way.includes('tcp%2F2') ? 'response' : 'failed'),
    bindings,
  );
  t.equal(sent.length, 2);
  bindings.push(bound('sip:other@10.0.0.9:5062', 1), bound(dialog().target, 2));
  timers[0]?.();
  t.equal(sent.at(-1)?.routeUri, 'sip:192.0.2.9:4;transport=tcp;flow=tcp%2F2');
  t.notOk(sent.some((bye) => bye.routeUri?.includes('tcp%2F1') && !bye.routeUri.includes('tcp%2F17')));
  t.equal(timers.length, 1, 'and it is over');
});

t.test('a leg that never answers is given up, and said so', async (t) => {
  const { sent, timers, warned } = run([record(dialog(), undefined)], () => 'timeout');
  for (let round = 0; round < timers.length; round++) timers[round]?.();
  t.equal(sent.length, 60);
  t.equal(new Set(sent.map((bye) => bye.headers?.find(([name]) => name === 'CSeq')?.[1])).size, 30);
  t.match(warned, [[{ callId: 'a' }]]);
});
