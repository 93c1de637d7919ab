import { execFileSync } from 'node:child_process';
import t from 'tap';
import { letSipGoFirst, type Priority } from './thread-priority.ts';

/** What `nice` each thread has, this one's first; `stat` has it behind the name, which may be anything but a bracket. */
const CODE = `
  import { once } from 'node:events';
  import { readdirSync, readFileSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  import { letSipGoFirst } from './runtime/thread-priority.ts';
  const worker = new Worker("import { parentPort } from 'node:worker_threads'; parentPort.postMessage(0)", { eval: true });
  await once(worker, 'message');
  letSipGoFirst({ warn: () => undefined });
  const niceOf = (tid) => Number(readFileSync('/proc/self/task/' + tid + '/stat', 'utf8').split(') ')[1].split(' ')[16]);
  const others = readdirSync('/proc/self/task').filter((tid) => Number(tid) !== process.pid);
  console.log(JSON.stringify([niceOf(process.pid), others.map(niceOf)]));`;

t.test('the main thread gives way to all others', { skip: process.platform !== 'linux' && 'Linux alone' }, (t) => {
  const args = ['--input-type=module', '-e', CODE];
  const [main, others] = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as [number, number[]];
  t.ok(others.length > 0);
  for (const other of others) t.equal(main, other + 5);
  t.end();
});

t.test('where it cannot be or is no thread of its own all stays as it is', (t) => {
  const warned: unknown[] = [];
  const logger = { warn: (...words: unknown[]) => void warned.push(words.at(-1)) };
  const set: number[] = [];
  const system = (platform: NodeJS.Platform, nice: number): Priority => ({
    platform,
    get: () => nice,
    set: (wanted) => void set.push(wanted),
  });
  letSipGoFirst(logger, system('darwin', 0));
  t.same(set, []);
  letSipGoFirst(logger, system('linux', 17));
  t.same(set, [19], 'no lower than there is');
  const refuse = () => {
    throw new Error('EPERM');
  };
  letSipGoFirst(logger, { ...system('linux', 0), set: refuse });
  t.same(warned, ['the main thread could not be made to go after the SIP threads']);
  t.end();
});
