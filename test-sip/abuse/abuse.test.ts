import type { Socket } from 'node:net';
import t, { type Test } from 'tap';
import { createAuthority } from '../support/certificate.ts';
import { until } from '../support/wait.ts';
import { EngineUnderAbuse, requestOf } from './engine-under-abuse.ts';

const certificate = createAuthority(t);

interface Abuse {
  readonly name: string;
  /** What it costs at most, MiB of heap and buffers after collection, while it lasts. */
  readonly memoryMib: number;
  /** The counter that names it, and how often it must have counted. */
  readonly counter: string;
  readonly times: number;
  /** Begins it; what it returns is told to stop at the end. */
  run(engine: EngineUnderAbuse): Promise<() => void>;
}

const nothing = () => undefined;

async function many(count: number, open: (i: number) => Promise<Socket>): Promise<readonly Socket[]> {
  return await Promise.all(Array.from({ length: count }, (_, i) => open(i)));
}

/** Sends one chunk after the other on a new connection until it is closed. */
async function pour(engine: EngineUnderAbuse, chunks: Iterable<Buffer | string>): Promise<void> {
  const socket = await engine.connect(engine.ports.tcp);
  for (const chunk of chunks) {
    if (socket.destroyed) return;
    if (!socket.write(chunk)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', () => resolve());
      });
    }
  }
}

function* tenMegabytesOfHeader(): Iterable<Buffer | string> {
  yield requestOf('OPTIONS', { callId: 'long' }).split('\r\nContent-Length')[0] ?? '';
  yield '\r\nSubject: ';
  for (let i = 0; i < 160; i++) yield Buffer.alloc(64 * 1024, 'a');
}

const lie = (contentLength: string, body = '') => requestOf('OPTIONS', { callId: 'lie', contentLength }) + body;

const ABUSES: readonly Abuse[] = [
  {
    name: '500 TCP connections that never say a word',
    memoryMib: 20,
    counter: 'connections_closed silent',
    times: 500,
    async run(engine) {
      await many(500, () => engine.connect(engine.ports.tcp));
      return nothing;
    },
  },
  {
    name: '300 TLS handshakes that begin and never end',
    memoryMib: 40,
    counter: 'connections_closed handshake_timeout',
    times: 300,
    async run(engine) {
      const sockets = await many(300, () => engine.connect(engine.ports.tls));
      // A record that says it is a ClientHello of 512 bytes, and a few of them.
      for (const socket of sockets) socket.write(Buffer.from('1603010200010001fc0303', 'hex'));
      return nothing;
    },
  },
  {
    name: '200 senders of a byte a second',
    memoryMib: 20,
    counter: 'connections_closed slow_sender',
    times: 200,
    async run(engine) {
      const text = requestOf('OPTIONS', { callId: 'slow', transport: 'TCP' });
      const sockets = await engine.talkers(200, text[0] ?? '');
      let sent = 1;
      // The engine's clock runs ten times as fast as this one.
      const drip = setInterval(() => {
        for (const socket of sockets) if (!socket.destroyed) socket.write(text[sent] ?? '');
        sent++;
      }, 100);
      return () => clearInterval(drip);
    },
  },
  {
    name: 'a Content-Length of two gigabytes, 50 times',
    memoryMib: 20,
    counter: 'framing_errors too_large',
    times: 50,
    async run(engine) {
      await Promise.all(Array.from({ length: 50 }, () => pour(engine, [lie('2147483647', 'x')])));
      return nothing;
    },
  },
  {
    name: 'a Content-Length that is no number, negative, or twice another, 60 times',
    memoryMib: 20,
    counter: 'framing_errors bad_length',
    times: 60,
    async run(engine) {
      const lies = ['x', '-1', '0\r\nContent-Length: 5'];
      await Promise.all(Array.from({ length: 60 }, (_, i) => pour(engine, [lie(lies[i % 3] ?? '')])));
      return nothing;
    },
  },
  {
    name: 'a Content-Length shorter than what follows, 50 times',
    memoryMib: 20,
    counter: 'framing_errors garbage',
    times: 50,
    async run(engine) {
      await Promise.all(Array.from({ length: 50 }, () => pour(engine, [lie('2', 'ab\0\x01this is no SIP\r\n\r\n')])));
      return nothing;
    },
  },
  {
    name: 'a Content-Length longer than what follows, 50 times',
    memoryMib: 20,
    counter: 'connections_closed slow_sender',
    times: 50,
    async run(engine) {
      await Promise.all(Array.from({ length: 50 }, () => pour(engine, [lie('60000', 'short')])));
      return nothing;
    },
  },
  {
    name: 'Content-Length lies over UDP, 2,000 of them',
    memoryMib: 20,
    counter: 'parse_errors content_length',
    times: 1_000,
    async run(engine) {
      await engine.flood(2_000, () => lie('60000', 'short'));
      return nothing;
    },
  },
  {
    name: 'datagrams that begin with NUL bytes, 5,000 of them',
    memoryMib: 20,
    counter: 'dropped udp',
    times: 2_500,
    async run(engine) {
      // Without the last byte they would be keep-alives, as some phones send them.
      await engine.flood(5_000, () => Buffer.concat([Buffer.alloc(1_000), Buffer.from('x')]));
      return nothing;
    },
  },
  {
    name: 'NUL bytes inside of headers, 2,000 of them',
    memoryMib: 20,
    counter: 'parse_errors header_syntax',
    times: 1_000,
    async run(engine) {
      await engine.flood(2_000, (i) => requestOf('OPTIONS', { callId: `n${i}\0` }));
      return nothing;
    },
  },
  {
    name: '20 megabytes of NUL bytes over TCP',
    memoryMib: 30,
    counter: 'framing_errors garbage',
    times: 20,
    async run(engine) {
      const megabyte = Array.from({ length: 16 }, () => Buffer.alloc(64 * 1024));
      await Promise.all(Array.from({ length: 20 }, () => pour(engine, megabyte)));
      return nothing;
    },
  },
  {
    name: 'headers of 10 megabytes, 20 at a time',
    memoryMib: 30,
    counter: 'framing_errors too_large',
    times: 20,
    async run(engine) {
      await Promise.all(Array.from({ length: 20 }, () => pour(engine, tenMegabytesOfHeader())));
      return nothing;
    },
  },
  {
    name: 'a fork bomb of 20,000 CANCELs for calls that are not there',
    memoryMib: 20,
    counter: 'cancels_unmatched',
    times: 10_000,
    async run(engine) {
      await engine.flood(20_000, (i) => requestOf('CANCEL', { callId: `bomb${i}` }));
      return nothing;
    },
  },
];

/** What was counted is what it should be; honest peers were served all the time; the memory came back. */
async function suffer(t: Test, { memoryMib, counter, times, run }: Abuse): Promise<void> {
  const engine = await EngineUnderAbuse.start(t, certificate);
  const before = await engine.health();
  const quiet = await engine.latency();
  const running = run(engine);
  const during = await engine.latency();
  const stop = await running;
  const worst = await engine.health();
  await engine.counted(counter, times);
  stop();
  await until('the connections are gone', async () => (await engine.health()).connections === 0, 20_000);
  const after = await engine.health();
  const shown = [quiet.medianMs, during.medianMs, before.heapMib, worst.heapMib, after.heapMib, after.rssMib];
  const [q, d, b, w, a, rss] = shown.map((value) => value.toFixed(2));
  t.comment(`OPTIONS ${q} ms quiet, ${d} ms during; heap ${b} MiB before, ${w} during, ${a} after; resident ${rss}`);
  t.equal(during.lost, 0, 'no honest request was lost');
  t.ok(during.medianMs < 20 * quiet.medianMs + 50, 'nor did it wait');
  t.ok(worst.heapMib - before.heapMib < memoryMib, 'bounded while it lasts');
  t.ok(after.heapMib - before.heapMib < 5, 'and given back');
  t.same(Object.values(after.transactions), [0, 0, 0, 0]);
}

for (const abuse of ABUSES) t.test(abuse.name, (t) => suffer(t, abuse));

t.test('a caller and 5,000 CANCELs of its one ringing call: one transaction, one end', async (t) => {
  const engine = await EngineUnderAbuse.start(t, certificate);
  await engine.flood(1, () => requestOf('INVITE', { callId: 'one' }));
  await engine.flood(5_000, () => requestOf('CANCEL', { callId: 'one' }));
  const { transactions } = await engine.health();
  t.ok((transactions.ist ?? 0) <= 1 && (transactions.nist ?? 0) <= 1, JSON.stringify(transactions));
  t.equal((await engine.latency()).lost, 0);
});

t.test(
  'idle connections cost little and take nothing from others; beyond the limit of a source they are refused',
  {
    timeout: 300_000,
  },
  async (t) => {
    const count = Number(process.env.ABUSE_CONNECTIONS ?? 2_000);
    const perSource = 1_000;
    const engine = await EngineUnderAbuse.start(t, certificate);
    const before = await engine.health();
    const quiet = await engine.latency();
    for (let from = 0; from < count; from += 250) {
      // One request makes it a talker, whom only the idle limit of ten minutes ends.
      const request = requestOf('OPTIONS', { callId: 'idle', transport: 'TCP' });
      await engine.talkers(Math.min(250, count - from), request, `127.0.1.${1 + Math.floor(from / perSource)}`);
    }
    await until('all are up', async () => (await engine.health()).connections === count, 60_000);
    const during = await engine.latency();
    const up = await engine.health();
    const eachKib = ((up.rssMib - before.rssMib) * 1024) / count;
    t.comment(
      `${count} connections: ${eachKib.toFixed(1)} KiB resident each, OPTIONS ${quiet.medianMs.toFixed(2)} ms before, ${during.medianMs.toFixed(2)} ms with them`,
    );
    t.ok(eachKib < 64, 'bounded memory');
    t.equal(during.lost, 0);
    t.ok(during.medianMs < 20 * quiet.medianMs + 50);
    const more = await many(30, () => engine.connect(engine.ports.tcp, '127.0.1.1'));
    await engine.counted('connections_refused per_source', 6);
    await until('the rest of them is refused', () => more.filter((socket) => socket.destroyed).length === 6);
    t.pass('1,024 from one source');
  },
);
