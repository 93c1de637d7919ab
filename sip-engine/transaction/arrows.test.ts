import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { answerTo } from './recorder-transport.ts';
import { createFixture, incoming, sentOut } from './transaction-fixture.ts';

/*
 * What the other files leave out of the figures: each row is a history, and what is seen of it. After an answer exactly
 * one timer may be left, the one of the new state.
 */

/** A request of ours; each step is a status that comes, `error`, `closed`, or milliseconds that pass. */
interface ClientRow {
  readonly name: string;
  readonly method: string;
  readonly transport?: 'udp' | 'tcp';
  readonly steps: readonly (number | 'error' | 'closed' | `${number} ms`)[];
  /** What its user has heard. */
  readonly heard: readonly string[];
  /** Methods sent after the request itself. */
  readonly sent?: readonly string[];
  readonly timers: number;
}

const CLIENTS: readonly ClientRow[] = [
  { name: 'ringing leaves no timer', method: 'INVITE', steps: [180], heard: ['180'], timers: 0 },
  { name: 'success at once', method: 'INVITE', steps: [200], heard: ['200'], timers: 1 },
  { name: 'success after ringing', method: 'INVITE', steps: [180, 200], heard: ['180', '200'], timers: 1 },
  { name: 'failure at once', method: 'INVITE', steps: [486], heard: ['486'], sent: ['ACK'], timers: 1 },
  {
    name: 'failure after ringing is acknowledged too',
    method: 'INVITE',
    steps: [180, 486, 486],
    heard: ['180', '486'],
    sent: ['ACK', 'ACK'],
    timers: 1,
  },
  {
    name: 'an ACK that cannot be sent ends it',
    method: 'INVITE',
    steps: [486, 'error'],
    heard: ['486', 'end'],
    sent: ['ACK'],
    timers: 0,
  },
  { name: 'success', method: 'OPTIONS', steps: [200], heard: ['200'], timers: 1 },
  { name: 'provisionals', method: 'OPTIONS', steps: [100, 182], heard: ['100', '182'], timers: 2 },
  { name: 'success after a provisional', method: 'OPTIONS', steps: [100, 200, 200], heard: ['100', '200'], timers: 1 },
  { name: 'failure after a provisional', method: 'OPTIONS', steps: [100, 404, 404], heard: ['100', '404'], timers: 1 },
  {
    name: 'a success that came after a provisional is forgotten after T4',
    method: 'OPTIONS',
    steps: [100, 200, '5020 ms'],
    heard: ['100', '200', 'end'],
    timers: 0,
  },
  {
    name: 'a failure that came after a provisional, likewise',
    method: 'OPTIONS',
    steps: [100, 404, '5020 ms'],
    heard: ['100', '404', 'end'],
    timers: 0,
  },
  {
    name: 'a repeat after a provisional that cannot be sent',
    method: 'OPTIONS',
    steps: [100, '520 ms', 'error'],
    heard: ['100', 'error refused', 'end'],
    sent: ['OPTIONS'],
    timers: 0,
  },
  {
    name: 'a connection that ends after a provisional',
    method: 'OPTIONS',
    transport: 'tcp',
    steps: [100, 'closed'],
    heard: ['100', 'error connection closed: reset', 'end'],
    timers: 0,
  },
];

for (const row of CLIENTS) {
  t.test(`client, ${row.method} over ${row.transport ?? 'udp'}: ${row.name}`, (t) => {
    const { fixture, flow, listener, request } = sentOut(row.method, row.transport);
    for (const step of row.steps) {
      if (typeof step === 'number') fixture.layer.receive(answerTo(request, step), flow);
      else if (step === 'error') flow.fail();
      else if (step === 'closed') fixture.layer.flowClosed(flow, 'reset');
      else fixture.clock.advance(Number.parseInt(step, 10));
    }
    t.same(listener.heard, row.heard);
    t.same(
      flow.take().map(({ method }) => method),
      row.sent ?? [],
    );
    t.equal(fixture.wheel.size, row.timers, 'timers');
    t.end();
  });
}

/** A request of a peer; each step is a status we answer, `again` its repeat, `ack`, `resend`, `error`, or time. */
interface ServerRow {
  readonly name: string;
  readonly method: string;
  readonly transport?: 'udp' | 'tcp';
  readonly steps: readonly (number | 'again' | 'ack' | 'resend' | 'error' | `${number} ms`)[];
  /** Statuses sent. */
  readonly sent: readonly number[];
  readonly timers: number;
  /** How often a time-out was counted. @default 0 */
  readonly timeouts?: number;
}

const SERVERS: readonly ServerRow[] = [
  {
    name: 'the user repeats a reliable provisional',
    method: 'INVITE',
    steps: [183, 'resend'],
    sent: [100, 183, 183],
    timers: 0,
  },
  {
    name: 'the user repeats a success',
    method: 'INVITE',
    steps: [200, 'again', 'resend'],
    sent: [100, 200, 200],
    timers: 1,
  },
  { name: 'a success leaves one timer', method: 'INVITE', steps: [180, 200], sent: [100, 180, 200], timers: 1 },
  {
    name: 'a failure leaves two: its repeat and its end',
    method: 'INVITE',
    steps: [180, 486],
    sent: [100, 180, 486],
    timers: 2,
  },
  {
    name: 'once acknowledged, repeats of INVITE and ACK are absorbed',
    method: 'INVITE',
    steps: [486, 'ack', 'again', 'ack'],
    sent: [100, 486],
    timers: 1,
  },
  { name: 'a repeat before any answer', method: 'OPTIONS', steps: ['again'], sent: [], timers: 2 },
  {
    name: 'a 100 over TCP, repeated',
    method: 'OPTIONS',
    transport: 'tcp',
    steps: [100, 'again', 100],
    sent: [100, 100, 100],
    timers: 2,
  },
  { name: 'a success leaves one timer', method: 'OPTIONS', steps: [200], sent: [200], timers: 1 },
  { name: 'a failure leaves one timer', method: 'OPTIONS', steps: [404], sent: [404], timers: 1 },
  { name: 'a 408 leaves one timer', method: 'OPTIONS', steps: [408], sent: [], timers: 1 },
  { name: 'a success after the 100', method: 'OPTIONS', steps: ['3520 ms', 200], sent: [100, 200], timers: 1 },
  {
    name: 'a failure after the 100',
    method: 'OPTIONS',
    steps: ['3520 ms', 404, 'again'],
    sent: [100, 404, 404],
    timers: 1,
  },
  { name: 'a 408 after the 100', method: 'OPTIONS', steps: ['3520 ms', 408], sent: [100], timers: 1 },
  {
    name: 'a success after the 100 ends',
    method: 'OPTIONS',
    steps: ['3520 ms', 200, '32020 ms'],
    sent: [100, 200],
    timers: 0,
  },
  {
    name: 'a failure after the 100 ends',
    method: 'OPTIONS',
    steps: ['3520 ms', 404, '32020 ms'],
    sent: [100, 404],
    timers: 0,
  },
  { name: 'a 408 after the 100 ends', method: 'OPTIONS', steps: ['3520 ms', 408, '32020 ms'], sent: [100], timers: 0 },
  { name: 'nobody answers', method: 'OPTIONS', steps: ['32020 ms'], sent: [100], timers: 0, timeouts: 1 },
  { name: 'an answer that cannot be sent ends it', method: 'OPTIONS', steps: [200, 'error'], sent: [200], timers: 0 },
];

for (const row of SERVERS) {
  t.test(`server, ${row.method} over ${row.transport ?? 'udp'}: ${row.name}`, (t) => {
    const fixture = createFixture();
    const flow = fixture.transport.flow(row.transport);
    const { method } = row;
    fixture.layer.receive(incoming({ method }), flow);
    const [server] = fixture.opened;
    if (server === undefined) return t.fail('no transaction');
    for (const step of row.steps) {
      if (typeof step === 'number') server.respond(OutgoingMessage.responseTo(server.request, step));
      else if (step === 'again') fixture.layer.receive(incoming({ method }), flow);
      else if (step === 'ack') fixture.layer.receive(incoming({ method: 'ACK' }), flow);
      else if (step === 'resend') server.resend(server.lastResponse ?? Buffer.alloc(0));
      else if (step === 'error') flow.fail();
      else fixture.clock.advance(Number.parseInt(step, 10));
    }
    t.same(
      flow.take().map(({ status }) => status),
      row.sent,
    );
    t.equal(fixture.wheel.size, row.timers, 'timers');
    t.equal(fixture.ports.counts.get('timeouts') ?? 0, row.timeouts ?? 0);
    t.end();
  });
}
