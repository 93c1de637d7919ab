import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { OutgoingMessage } from '../message/index.ts';

import { createFakeClock } from '../timer/index.ts';
import { AnsweredRing } from './answered-ring.ts';
import { KeyHash } from './key-hash.ts';
import { answerTo, createTestPorts } from './recorder-transport.ts';
import { PAGE_ENTRIES } from './ring-page.ts';
import { SpentInvites } from './spent-invites.ts';
import { createFixture, createListener, incoming, outgoing, sentOut } from './transaction-fixture.ts';

const MIB = 1024 * 1024;
const LARGE = Array.from({ length: 55 }, (_, i) => `X-P${i}: ${'p'.repeat(990)}`);

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes of heap and of buffers outside of it, after a full collection. */
function memoryInUse(): number {
  if (typeof collect !== 'function') throw new Error('this Node cannot collect on demand');
  // Twice: the first collection only lets go of what the buffers' owners held.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function largeInvite(i: number) {
  return incoming({ method: 'INVITE', branch: `z9hG4bKlarge${i}`, callId: `large${i}@peer`, extra: LARGE });
}

t.test('large INVITEs leave nothing of their text behind when their transactions have ended', (t) => {
  const fixture = createFixture({}, { t1Ms: 10 });
  const before = memoryInUse();
  for (let i = 0; i < 1_000; i++) {
    fixture.layer.receive(largeInvite(i), fixture.transport.flow());
    for (const invite of fixture.opened.splice(0)) invite.respond(OutgoingMessage.responseTo(invite.request, 486));
    fixture.clock.advance(1);
  }
  fixture.clock.advance(2_000);
  t.equal(fixture.total(), 0);
  const grownMib = (memoryInUse() - before) / MIB;
  t.ok(grownMib < 10, `1,000 of 55 KB: ${grownMib.toFixed(1)} MiB more`);
  t.same(fixture.takeHeard().filter((line) => line === 'end INVITE').length, 1_000);
  fixture.layer.receive(largeInvite(999), fixture.transport.flow());
  t.same(fixture.heard, [], 'they are remembered all the same');
  t.end();
});

t.test('for 32 s an answered transaction keeps its answer and what repetitions are known by, not the request', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const before = memoryInUse();
  for (let i = 0; i < 500; i++) {
    fixture.layer.receive(largeInvite(i), flow);
    for (const invite of fixture.opened.splice(0)) invite.respond(OutgoingMessage.responseTo(invite.request, 200));
    flow.take();
  }
  t.equal(fixture.total(), 500, 'they all live');
  const keptBytes = (memoryInUse() - before) / 500;
  t.ok(keptBytes < 8_192, `${keptBytes.toFixed(0)} bytes of each, of requests of 55 KB`);
  fixture.layer.receive(largeInvite(7), flow);
  t.same(fixture.takeHeard().length, 500, 'and know them again');
  t.end();
});

t.test('of an answered INVITE and BYE whose end nobody hears of little more than the answer is kept', (t) => {
  // Code that is compiled meanwhile is counted with it, 140 KB of it, but not each time.
  const rounds = Array.from({ length: 3 }, () => keptOfAnswered());
  for (const [method, most] of [
    ['INVITE', 200],
    ['BYE', 350],
  ] as const) {
    const keptBytes = Math.min(...rounds.map((kept) => kept[method]));
    t.ok(keptBytes < most, `${keptBytes.toFixed(0)} bytes of ${method}`);
  }
  t.end();
});

function keptOfAnswered(): Readonly<Record<'INVITE' | 'BYE', number>> {
  const fixture = createFixture();
  fixture.layer.setUser({ ...fixture.user, hearsAnsweredEnd: false });
  const flow = fixture.transport.flow();
  const answerOne = (method: string, i: number) => {
    fixture.layer.receive(incoming({ method, branch: `z9hG4bK${method}${i}`, callId: `kept${i}@peer` }), flow);
    for (const server of fixture.opened.splice(0)) server.respond(OutgoingMessage.responseTo(server.request, 200));
    for (const sent of [flow.sent, flow.sentBytes, fixture.heard]) sent.length = 0;
  };
  const keptOf = (method: string) => {
    // As many as a ring has room for, which is not counted twice.
    for (let i = 0; i < 2048; i++) answerOne(method, i);
    const before = memoryInUse();
    for (let i = 2048; i < 4096; i++) answerOne(method, i);
    return (memoryInUse() - before) / 2048;
  };
  return { INVITE: keptOf('INVITE'), BYE: keptOf('BYE') };
}

t.test('of an INVITE of ours whose 2xx is acknowledged only its bytes and those of the ACK are kept', (t) => {
  const keptBytes = Math.min(...Array.from({ length: 3 }, () => keptOfOurs(t)));
  t.ok(keptBytes < 700, `${keptBytes.toFixed(0)} bytes, of which 450 are messages`);
  t.end();
});

function keptOfOurs(t: Test): number {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const handler = { ...createListener(), onResponse: () => undefined, hearsEnd: false };
  const takesForks = () => () => undefined;
  const callOne = () => {
    const client = fixture.layer.request(outgoing('INVITE'), flow, handler);
    const [invite] = flow.take();
    if (invite === undefined) throw new Error('nothing was sent');
    fixture.layer.receive(answerTo(invite, 200), flow);
    client.settle({ ack: fixture.layer.sendStateless(outgoing('ACK'), flow), flow, takesForks });
    for (const sent of [flow.sent, flow.sentBytes]) sent.length = 0;
  };
  // As many as a ring has room for, which is not counted twice.
  for (let i = 0; i < 2048; i++) callOne();
  const before = memoryInUse();
  for (let i = 2048; i < 4096; i++) callOne();
  t.equal(fixture.layer.size.ict, 4096);
  return (memoryInUse() - before) / 2048;
}

t.test('a ring takes little more than its numbers of what is in it, and no more for what goes round', (t) => {
  const clock = createFakeClock();
  const ring = new AnsweredRing({ clock, lifeMs: 1000 });
  const hash = new KeyHash(1, 2);
  let next = 0;
  const add = (pages: number) => {
    for (let n = 0; n < pages * PAGE_ENTRIES; n++) ring.add(hash.of(`${next++}`));
  };
  add(1);
  const before = memoryInUse();
  add(8);
  const keptBytes = (memoryInUse() - before) / 8 / PAGE_ENTRIES;
  // 48 for numbers, 16 for value and flow, 8 to 24 for buckets of this size and of those before.
  t.ok(keptBytes > 60 && keptBytes < 100, `${keptBytes.toFixed(0)} bytes of each`);
  const full = memoryInUse();
  for (let round = 0; round < 10; round++) {
    clock.advance(1001);
    add(8);
  }
  const grownBytes = memoryInUse() - full;
  t.ok(grownBytes < 2 * 64 * PAGE_ENTRIES, `${grownBytes} bytes more, ten times as many later`);
  t.end();
});

t.test('a request of ours keeps its bytes once it is answered, and can be read from them', (t) => {
  const { fixture, flow, request } = sentOut('OPTIONS');
  const client = fixture.layer.request(outgoing('INVITE').add('X-Odd', 'a;b="c"'), flow, createListener());
  const [invite] = flow.take();
  if (invite === undefined) throw new Error('nothing was sent');
  const before = client.request;
  fixture.layer.receive(answerTo(invite, 200), flow);
  t.not(client.request, before);
  t.equal(client.request.toText(), before.toText());
  t.equal(request.method, 'OPTIONS');
  t.end();
});

t.test('the requests of live transactions share a number of bytes; beyond it the answer is 503', (t) => {
  const fixture = createFixture({ maxServerTransactionBytes: 3 * 56_000 });
  const flow = fixture.transport.flow();
  for (let i = 0; i < 4; i++) fixture.layer.receive(largeInvite(i), flow);
  t.same(
    flow.take().map(({ status }) => status),
    [100, 100, 100, 503],
  );
  t.equal(fixture.ports.counts.get('dropped'), 1);
  for (const invite of fixture.opened) invite.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.clock.advance(40_000);
  flow.take();
  fixture.layer.receive(largeInvite(5), flow);
  t.same(
    flow.take().map(({ status }) => status),
    [100],
    'what has ended gives its bytes back',
  );
  t.end();
});

t.test('of more ended INVITEs than may be remembered the oldest are forgotten, and counted', (t) => {
  const ports = createTestPorts(createFakeClock());
  const spent = new SpentInvites(ports, 100);
  const hash = new KeyHash(0, 0);
  for (let i = 0; i < 1_000; i++) {
    spent.add(hash.of(`key ${i}`));
    t.ok(spent.size <= 100 && spent.has(hash.of(`key ${i}`)) && (i < 49 || spent.has(hash.of(`key ${i - 49}`))));
  }
  t.notOk(spent.has(hash.of('key 0')));
  t.ok((ports.counts.get('dropped') ?? 0) > 0);
  t.end();
});
