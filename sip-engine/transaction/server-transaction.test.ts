import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import type { RecorderFlow } from './recorder-transport.ts';
import { createFixture, incoming } from './transaction-fixture.ts';
import type { ServerTransaction } from './types.ts';

const GIVE_UP = 64 * 500;

function open(method: string, flow: RecorderFlow, fixture = createFixture(), branch = 'z9hG4bKpeer1') {
  fixture.layer.receive(incoming({ method, branch, callId: branch === 'z9hG4bKpeer1' ? 'a1@pc' : branch }), flow);
  const transaction = fixture.opened.at(-1);
  if (transaction === undefined) throw new Error('no transaction was opened');
  return { fixture, transaction, answer: (status: number) => answer(transaction, status) };
}

function answer(transaction: ServerTransaction, status: number): boolean {
  return transaction.respond(OutgoingMessage.responseTo(transaction.request, status));
}

function statuses(flow: RecorderFlow): number[] {
  return flow.take().map(({ status }) => status);
}

t.test('an INVITE is answered 100 before its user has seen it', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  let sentBefore = -1;
  fixture.layer.setUser({
    ...fixture.user,
    onRequest: () => {
      sentBefore = flow.sent.length;
    },
  });
  fixture.layer.receive(incoming({ method: 'INVITE', extra: ['Timestamp: 54'] }), flow);
  t.equal(sentBefore, 1);
  const [trying] = flow.take();
  t.match(trying, { status: 100, toTag: '' });
  t.same(trying?.headerLines('timestamp'), ['54']);
  t.end();
});

t.test('without immediateTrying the 100 comes after 200 ms, unless the user was faster', (t) => {
  const fixture = createFixture({ immediateTrying: false });
  const slow = fixture.transport.flow();
  open('INVITE', slow, fixture);
  t.same(statuses(slow), []);
  fixture.clock.advance(200);
  t.same(statuses(slow), [100]);
  const fast = fixture.transport.flow();
  const { answer } = open('INVITE', fast, fixture, 'z9hG4bKpeer2');
  answer(180);
  fixture.clock.advance(1000);
  t.same(statuses(fast), [180]);
  t.end();
});

t.test('a repeated INVITE gets the last provisional again, byte for byte', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { answer } = open('INVITE', flow, fixture);
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  answer(180);
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  t.same(statuses(flow), [100, 100, 180, 180]);
  t.equal(flow.sentBytes[3], flow.sentBytes[2]);
  t.same(fixture.heard, ['request INVITE']);
  t.equal(fixture.ports.counts.get('retransmissions_in'), 2);
  t.end();
});

t.test('after a 2xx the transaction is Accepted: repeats are absorbed, the user resends and gets the ACK', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { transaction, answer } = open('INVITE', flow, fixture);
  t.ok(answer(200));
  t.ok(transaction.answered);
  flow.take();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  t.same(statuses(flow), []);
  transaction.resend(transaction.lastResponse ?? Buffer.alloc(0));
  t.same(statuses(flow), [200]);
  // Some peers acknowledge a 2xx with the branch of the INVITE.
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  fixture.layer.receive(incoming({ method: 'ACK', branch: 'z9hG4bKack' }), flow);
  t.same(fixture.heard, ['request INVITE', 'ack', 'ack']);
  t.notOk(answer(486), 'answered already');
  fixture.clock.advance(GIVE_UP - 10);
  t.equal(fixture.total(), 1);
  fixture.clock.advance(20);
  t.same([fixture.total(), fixture.heard.at(-1)], [0, 'end INVITE']);
  transaction.resend(Buffer.from('late'));
  t.same(statuses(flow), []);
  t.end();
});

t.test('a non-2xx over UDP is repeated by timer G until the ACK, which stays here', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { answer } = open('INVITE', flow, fixture);
  answer(486);
  flow.take();
  fixture.clock.advance(7600);
  t.same(statuses(flow), [486, 486, 486, 486], 'after 0.5, 1.5, 3.5 and 7.5 s');
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  t.same(statuses(flow), [486]);
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  fixture.clock.advance(4900);
  t.same(statuses(flow), []);
  t.equal(fixture.total(), 1);
  fixture.clock.advance(200);
  t.equal(fixture.total(), 0, 'timer I');
  t.same(fixture.heard, ['request INVITE', 'end INVITE']);
  t.end();
});

t.test('a non-2xx that nobody acknowledges ends by timer H', (t) => {
  for (const transport of ['udp', 'tcp'] as const) {
    const fixture = createFixture();
    const flow = fixture.transport.flow(transport);
    const { answer } = open('INVITE', flow, fixture);
    answer(603);
    flow.take();
    fixture.clock.advance(GIVE_UP + 20);
    t.equal(statuses(flow).length, transport === 'udp' ? 10 : 0);
    t.equal(fixture.total(), 0);
    t.equal(fixture.ports.counts.get('timeouts'), 1);
    t.equal(fixture.wheel.size, 0);
  }
  t.end();
});

t.test('over TCP the transaction is gone with the ACK', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('tcp');
  const { answer } = open('INVITE', flow, fixture);
  answer(404);
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  fixture.clock.advance(20);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('a non-INVITE is answered once; repeats get the stored bytes until timer J', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { answer } = open('OPTIONS', flow, fixture);
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  t.same(statuses(flow), [], 'absorbed while the user thinks');
  t.ok(answer(200));
  t.notOk(answer(200));
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  t.same(statuses(flow), [200, 200]);
  t.same(flow.sentBytes[0], flow.sentBytes[1]);
  fixture.clock.advance(GIVE_UP - 10);
  t.equal(fixture.total(), 1);
  fixture.clock.advance(20);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('over TCP a non-INVITE is gone with its answer', (t) => {
  const fixture = createFixture();
  const { answer } = open('OPTIONS', fixture.transport.flow('tcp'), fixture);
  answer(404);
  fixture.clock.advance(20);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('RFC 4320: a slow non-INVITE gets one 100 when timer E has reached T2, and no other provisional', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { answer } = open('MESSAGE', flow, fixture);
  t.notOk(answer(100), 'too early over UDP');
  t.notOk(answer(180));
  fixture.clock.advance(3490);
  t.same(statuses(flow), []);
  fixture.clock.advance(20);
  t.same(statuses(flow), [100]);
  fixture.layer.receive(incoming({ method: 'MESSAGE' }), flow);
  t.same(statuses(flow), [100]);
  answer(200);
  t.same(statuses(flow), [200]);
  const reliable = fixture.transport.flow('tcp');
  t.ok(open('MESSAGE', reliable, fixture, 'z9hG4bKtcp').answer(100));
  t.ok(answer(202) === false);
  t.end();
});

t.test('RFC 4320: 408 to a non-INVITE is not sent, and the request stays absorbed', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { answer } = open('BYE', flow, fixture);
  t.notOk(answer(408));
  fixture.layer.receive(incoming({ method: 'BYE' }), flow);
  t.same(statuses(flow), []);
  t.same(fixture.takeHeard(), ['request BYE']);
  fixture.clock.advance(GIVE_UP + 20);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('a non-INVITE that nobody answers ends with its client’s timer F', (t) => {
  const fixture = createFixture();
  const { transaction, answer } = open('INFO', fixture.transport.flow(), fixture);
  fixture.clock.advance(GIVE_UP + 20);
  t.same(fixture.heard, ['request INFO', 'end INFO']);
  t.ok(transaction.ended);
  t.notOk(answer(200));
  t.end();
});

t.test('every response above 100 has one and the same To tag', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const { transaction, answer } = open('INVITE', flow, fixture);
  answer(180);
  answer(486);
  const [, ringing, busy] = flow.take();
  t.equal(ringing?.toTag, transaction.localTag);
  t.equal(busy?.toTag, transaction.localTag);
  const own = open('INVITE', fixture.transport.flow(), fixture, 'z9hG4bKother').transaction;
  own.respond(OutgoingMessage.responseTo(own.request, 180).set('To', '<sip:bob@10.0.0.5>;tag=chosen'));
  t.equal(own.localTag, 'chosen', 'the user’s own tag is kept');
  t.end();
});

t.test('a response whose connection has closed goes to the port of the Via (RFC 3261 18.2.2)', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('tcp', '10.0.0.9', 40_000);
  const before = open('OPTIONS', flow, fixture);
  flow.closed = true;
  before.answer(200);
  t.match(fixture.transport.opened, [{ target: { transport: 'tcp', address: '10.0.0.9', port: 5062 } }]);
  t.match(fixture.transport.opened[0]?.flow.sent, [{ status: 200 }]);

  const broken = fixture.transport.flow('tcp', '10.0.0.9', 40_001);
  open('INVITE', broken, fixture, 'z9hG4bKbroken').answer(486);
  broken.fail('closed');
  const second = fixture.transport.opened[1]?.flow;
  t.match(second?.sent, [{ status: 486 }]);
  second?.fail('refused');
  t.equal(fixture.transport.opened.length, 2, 'tried once');
  t.equal(fixture.layer.size.ist, 0, 'RFC 3261 figure 7: a transport error in Completed ends it');
  t.end();
});

t.test('a user that throws gives the peer one 500 and the log one error', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.setUser({
    ...fixture.user,
    onRequest: () => {
      throw new Error('user');
    },
  });
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  t.same(statuses(flow), [500, 500]);
  t.equal(fixture.ports.logged.length, 1);
  t.end();
});
