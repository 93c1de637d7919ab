import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { giveYoungTheirRoom, oldAtFirstMib } from './v8-settings.ts';

t.test('the heap is left to grow by the memory that there is, within bounds', (t) => {
  const gib = 2 ** 30;
  t.equal(oldAtFirstMib(gib), 256);
  t.equal(oldAtFirstMib(12 * gib), 384);
  t.equal(oldAtFirstMib(24 * gib), 512);
  t.equal(oldAtFirstMib(256 * gib), 512);
  t.end();
});

/** The room for the young of a thread that has left 64 MB behind of which nothing survives (MiB). */
async function roomAfterGarbage(): Promise<number> {
  const code = `
    let left;
    for (let count = 0; count < 4e6; count++) left = [count];
    const young = require('node:v8').getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    require('node:worker_threads').parentPort.postMessage([young.space_size, left.length]);`;
  const worker = new Worker(code, { eval: true });
  const [[bytes]] = (await once(worker, 'message')) as [[number, number]];
  await worker.terminate();
  return bytes / 2 ** 20;
}

t.test('the young of a thread have their room, though nothing of them survives', async (t) => {
  t.ok((await roomAfterGarbage()) < 16, 'which V8 by itself does not give them');
  giveYoungTheirRoom();
  t.ok((await roomAfterGarbage()) >= 16);
});
