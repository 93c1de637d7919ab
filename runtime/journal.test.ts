import t from 'tap';
import type { SipEvent } from '../bus/index.ts';
import { createLogger } from '../telemetry/index.ts';
import { Journal } from './journal.ts';

const alive = (atMs: number): SipEvent => ({ kind: 'calls_alive', atMs });
const calls = (record: string): SipEvent => ({ kind: 'calls', calls: { heads: '[]', records: [record] } });

/** A journal whose store takes nothing until it is told to, and what that was given then. */
function stuck(limits: { readonly events: number; readonly bytes: number }) {
  const first = Promise.withResolvers<void>();
  const written: SipEvent[] = [];
  const lines: string[] = [];
  const write = async (events: readonly SipEvent[]) => {
    await first.promise;
    written.push(...events);
  };
  const logger = createLogger({ level: 'error', stream: { write: (line: string) => void lines.push(line) } });
  const journal = new Journal(write, logger, limits);
  // It is being written, and is no backlog any more.
  journal.take([alive(0)]);
  const lost = () => lines.map((line) => (JSON.parse(line) as { readonly lost: number }).lost);
  const settle = async () => {
    first.resolve();
    await journal.flush();
    return written.slice(1);
  };
  return { journal, lost, settle };
}

t.test('beyond so many events the oldest are lost, and the log says how many', async (t) => {
  const { journal, lost, settle } = stuck({ events: 2, bytes: 1e9 });
  journal.take([alive(1), alive(2)]);
  t.strictSame(lost(), []);
  journal.take([alive(3), alive(4), alive(5)]);
  t.strictSame(lost(), [3]);
  t.strictSame(await settle(), [alive(4), alive(5)]);
});

t.test('few events that hold many calls are as much too many', async (t) => {
  const [small, large] = [calls('x'), calls('x'.repeat(6000))];
  const { journal, lost, settle } = stuck({ events: 100, bytes: 10_000 });
  journal.take([small, large, small]);
  t.strictSame(lost(), []);
  journal.take([large]);
  t.strictSame(lost(), [2]);
  journal.take([small]);
  t.strictSame(lost(), [2], 'what was lost takes no room any more');
  t.strictSame(await settle(), [small, large, small]);
  t.strictSame(lost(), [2]);
});

t.test('what is stored makes room, and what could not be stored takes it again', async (t) => {
  let failures = 1;
  const stored: SipEvent[] = [];
  const lines: string[] = [];
  const failed = Promise.withResolvers<void>();
  const logger = createLogger({
    level: 'error',
    stream: {
      write: (line: string) => {
        lines.push(line);
        failed.resolve();
      },
    },
  });
  const write = async (events: readonly SipEvent[]) => {
    if (failures-- > 0) throw new Error('disk full');
    stored.push(...events);
  };
  const journal = new Journal(write, logger, { events: 100, bytes: 10_000 });
  journal.take([calls('x'.repeat(6000))]);
  await failed.promise;
  await new Promise(setImmediate);
  journal.take([calls('y'.repeat(6000))]);
  t.match(
    lines.map((line) => JSON.parse(line)),
    [{ events: 1 }, { lost: 1 }],
  );
  await journal.flush();
  for (let round = 0; round < 3; round++) {
    journal.take([calls('z'.repeat(6000))]);
    await journal.flush();
  }
  t.equal(stored.length, 4);
  t.equal(lines.length, 2);
});

t.test('at the end the log says how many events are lost, those behind the batch that failed as well', async (t) => {
  const failing = Promise.withResolvers<void>();
  const lines: string[] = [];
  const logger = createLogger({ level: 'error', stream: { write: (line: string) => void lines.push(line) } });
  const journal = new Journal(() => failing.promise, logger);
  journal.take([alive(0)]);
  journal.take([alive(1), alive(2)]);
  const flushed = journal.flush();
  failing.reject(new Error('disk full'));
  await flushed;
  t.strictSame(
    lines.map((line) => (JSON.parse(line) as { readonly events: number }).events),
    [3],
  );
});
