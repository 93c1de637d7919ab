import { MessageChannel } from 'node:worker_threads';
import t from 'tap';
import { bornWith } from './sip-thread.ts';

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
