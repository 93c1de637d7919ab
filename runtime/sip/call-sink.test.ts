import t from 'tap';
import type { CallRecord, SipSide } from '../../bus/index.ts';
import { createLogger, type SipMetrics } from '../../telemetry/index.ts';
import type { Directory } from '../../tenancy/index.ts';
import { createCallSink } from './call-sink.ts';

const RECORD = {
  ...{ uuid: 'call_1', direction: 'in', from: 'x"y\\\n', to: '+1', accountId: 1, trunkId: 7, status: 200 },
  ...{ result: 'answered', reason: 'answered', sentence: 'Fine.', answeredAtMs: 5, endedAtMs: 25 },
  aLeg: { callId: 'a","trunk":"none', remote: '10.0.0.1:5060', contact: '' },
} as unknown as CallRecord;

t.test('a call that ended is one line of JSON, whatever its peers have put into it', (t) => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'info', stream: { write: (line: string) => lines.push(line) } });
  const directory = { findTrunk: (id: number) => (id === 7 ? { uuid: 'trunk_7' } : undefined) };
  const metrics = () => ({}) as SipMetrics;
  const sink = createCallSink({} as SipSide, logger, metrics, directory as unknown as Directory);
  sink.log(RECORD);
  sink.log({ ...RECORD, trunkId: 8, answeredAtMs: null });
  sink.log({ ...RECORD, trunkId: null, accountId: null });
  const [first, unknown, none] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { time, ...said } = first ?? {};
  t.match(time, /Z$/);
  t.strictSame(said, {
    ...{ level: 'info', call: 'call_1', callId: 'a","trunk":"none', direction: 'in', from: 'x"y\\\n', to: '+1' },
    ...{ account: 1, trunk: 'trunk_7', status: 200, result: 'answered', reason: 'answered', sentence: 'Fine.' },
    ...{ durationMs: 20, source: '10.0.0.1:5060', msg: 'call ended' },
  });
  t.notOk(unknown !== undefined && 'trunk' in unknown);
  t.equal(unknown?.durationMs, 0);
  t.equal(none?.trunk, null);
  t.equal(none?.account, null);
  t.end();
});
