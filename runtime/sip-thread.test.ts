import { MessageChannel, Worker } from 'node:worker_threads';
import t from 'tap';
import type { WorkerSeat } from '../sip-engine/index.ts';
import { bornWith, type SipThreadData, startSipThread } from './sip-thread.ts';

t.test('in a SIP thread what is kept of a message keeps some KB with it, not 64', async (t) => {
  const before = Buffer.poolSize;
  t.teardown(() => {
    Buffer.poolSize = before;
  });
  const { port1, port2 } = new MessageChannel();
  port1.postMessage('what it is born with');
  t.equal(await bornWith(port2), 'what it is born with');
  // The rest of what was shared before is used up first.
  for (let used = 0; used < before; used += 1_000) Buffer.from('x'.repeat(1_000));
  t.equal(Buffer.from('an SDP').buffer.byteLength, 8_192);
});

t.test('a SIP thread that computes for ever does not keep the server from ending', async (t) => {
  const { port1: begin, port2 } = new MessageChannel();
  const hangs = "require('node:worker_threads').workerData.once('message', () => { for (;;); })";
  const worker = new Worker(hangs, { eval: true, workerData: port2, transferList: [port2] });
  const nobody = { onEvents: () => undefined, onLost: () => undefined };
  const seat = { index: 1 } as WorkerSeat;
  const data = { beside: { seat } } as SipThreadData;
  const thread = startSipThread({ worker, begin }, data, nobody, () => t.fail('nobody has died'));
  await t.rejects(thread.bus.request('drain', { limitMs: 1 }, 1), { message: /thread sip-1/ });
  await t.rejects(thread.bus.request('stop', undefined, 60_000), { message: /thread sip-1/ });
  await thread.terminate();
  await thread.ended;
  t.pass();
});
