import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { until } from '../../test-sip/support/wait.ts';
import { Turns } from './turns.ts';

/** A server of so many processes that do nothing, and how to end them. */
function startServer(t: Test, count = 1) {
  const children = Array.from({ length: count }, () => spawn('sleep', ['600'], { stdio: 'ignore' }));
  t.teardown(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  return { children, pids: () => children.map(({ pid }) => pid ?? 0) };
}

/** Of all its threads: `T` is stopped. */
function isStopped(pid: number): boolean {
  const stateOf = (thread: string) => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').replace(/^.*\) /, '')[0];
  return readdirSync(`/proc/${pid}/task`).every((thread) => stateOf(thread) === 'T');
}

const untilStopped = (pid: number) => until(`${pid} is stopped`, () => isStopped(pid));
const untilGoing = (pid: number) => until(`${pid} goes on`, () => !isStopped(pid));

t.test('one server runs at a time, all processes of the others are stopped', async (t) => {
  const [one, two] = [startServer(t), startServer(t, 2)];
  const turns = new Turns();
  for (const server of [one, two]) turns.add(server, (end) => t.teardown(end));
  await turns.give(one);
  for (const pid of two.pids()) await untilStopped(pid);
  for (const pid of one.pids()) t.notOk(isStopped(pid));
  await turns.give(two);
  for (const pid of one.pids()) await untilStopped(pid);
  for (const pid of two.pids()) await untilGoing(pid);
});

t.test('all go on before they have to end, and none is stopped after that', async (t) => {
  const [one, two] = [startServer(t), startServer(t)];
  const turns = new Turns();
  const ends: (() => unknown)[] = [];
  for (const server of [one, two]) turns.add(server, (end) => ends.unshift(end));
  await turns.give(one);
  for (const pid of two.pids()) await untilStopped(pid);
  for (const end of ends) await end();
  for (const pid of two.pids()) await untilGoing(pid);
  await turns.give(two);
  for (const pid of one.pids()) t.notOk(isStopped(pid));
});

t.test('a server that has ended stands in the way of none', async (t) => {
  const [one, two] = [startServer(t), startServer(t)];
  const turns = new Turns();
  for (const server of [one, two]) turns.add(server, (end) => t.teardown(end));
  const [ended] = two.children;
  if (ended !== undefined) await endOf(ended);
  await turns.give(one);
  for (const pid of one.pids()) t.notOk(isStopped(pid));
});

async function endOf(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

for (const how of ['throws', 'is interrupted'] as const) {
  t.test(`a bench that ${how} leaves nothing stopped`, async (t) => {
    const server = startServer(t);
    const [pid = 0] = server.pids();
    const bench = spawn(process.execPath, ['--input-type=module', '-e', benchThat(how, pid)], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.teardown(() => bench.kill('SIGKILL'));
    const ended = once(bench, 'exit');
    await once(bench.stdout, 'data');
    await untilStopped(pid);
    bench.kill(how === 'throws' ? 'SIGUSR2' : 'SIGINT');
    await ended;
    await untilGoing(pid);
  });
}

/** A program that stops the server, says so, and then waits to be interrupted, or to be told to fail. */
function benchThat(how: 'throws' | 'is interrupted', pid: number): string {
  const failing = how === 'throws' ? "process.on('SIGUSR2', () => { throw new Error('as a bench may'); });" : '';
  return `
    import { Turns } from './turns.ts';
    import { inWorkDir } from './work-dir.ts';
    await inWorkDir(async (dir, onEnd) => {
      const turns = new Turns();
      const others = { pids: () => [${pid}] };
      turns.add(others, onEnd);
      await turns.give({ pids: () => [] });
      ${failing}
      console.log('stopped');
      await new Promise((resolve) => setTimeout(resolve, 600_000));
    });`;
}
