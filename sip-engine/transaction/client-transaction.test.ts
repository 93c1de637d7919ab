import t from 'tap';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, outgoing, sentOut } from './transaction-fixture.ts';

const T1 = 500;
const GIVE_UP = 64 * T1;

function sendTimes(
  fixture: ReturnType<typeof createFixture>,
  flow: { readonly sentBytes: readonly Buffer[] },
  untilMs: number,
) {
  const times: number[] = [];
  const startMs = fixture.clock.nowMs();
  let seen = flow.sentBytes.length;
  for (let ms = 0; ms < untilMs; ms += 10) {
    fixture.clock.advance(10);
    if (flow.sentBytes.length > seen) times.push(fixture.clock.nowMs() - startMs);
    seen = flow.sentBytes.length;
  }
  return times;
}

t.test('an INVITE over UDP is repeated with doubling gaps (timer A) and given up by timer B', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  const client = fixture.layer.request(outgoing('INVITE'), flow, listener);
  t.match(client.request.header('via'), /^SIP\/2\.0\/UDP 10\.0\.0\.5:5060;rport;branch=z9hG4bK[0-9a-f]{24}$/);
  t.same(sendTimes(fixture, flow, GIVE_UP + 20), [500, 1500, 3500, 7500, 15_500, 31_500]);
  t.same(listener.heard, ['timeout', 'end']);
  t.ok(flow.sentBytes.every((bytes) => bytes === flow.sentBytes[0]));
  t.equal(fixture.total(), 0);
  t.equal(fixture.wheel.size, 0);
  t.equal(fixture.ports.counts.get('retransmissions_out'), 6);
  t.end();
});

t.test('an INVITE over TCP is sent once', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('tcp');
  const listener = createListener();
  fixture.layer.request(outgoing('INVITE'), flow, listener);
  fixture.clock.advance(GIVE_UP + 20);
  t.equal(flow.sentBytes.length, 1);
  t.same(listener.heard, ['timeout', 'end']);
  t.end();
});

t.test('a provisional stops the repeats, and a ringing INVITE may wait for ever', (t) => {
  const { fixture, flow, listener, request: invite } = sentOut('INVITE');
  fixture.layer.receive(answerTo(invite, 180), flow);
  fixture.layer.receive(answerTo(invite, 183), flow);
  fixture.clock.advance(10 * GIVE_UP);
  t.same(flow.take(), []);
  t.same(listener.heard, ['180', '183']);
  t.same(fixture.layer.size, { ict: 1, nict: 0, ist: 0, nist: 0 });
  t.end();
});

t.test('every 2xx of an INVITE is passed up until timer M (RFC 6026), other finals are not', (t) => {
  for (const first of [0, 180]) {
    const { fixture, flow, listener, request: invite } = sentOut('INVITE');
    if (first > 0) fixture.layer.receive(answerTo(invite, first), flow);
    fixture.layer.receive(answerTo(invite, 200, 'a'), flow);
    fixture.layer.receive(answerTo(invite, 200, 'a'), flow);
    fixture.layer.receive(answerTo(invite, 200, 'fork'), flow);
    fixture.layer.receive(answerTo(invite, 486, 'b'), flow);
    fixture.layer.receive(answerTo(invite, 180, 'c'), flow);
    t.same(listener.heard.slice(first > 0 ? 1 : 0), ['200', '200', '200']);
    t.same(flow.take(), [], 'the ACK of a 2xx is the user’s');
    fixture.clock.advance(GIVE_UP - 10);
    t.equal(fixture.total(), 1);
    fixture.clock.advance(20);
    t.equal(fixture.total(), 0);
    t.equal(listener.heard.at(-1), 'end');
  }
  t.end();
});

t.test('a non-2xx final is acknowledged each time and passed up once', (t) => {
  for (const status of [302, 407, 503, 603]) {
    const fixture = createFixture();
    const flow = fixture.transport.flow();
    const listener = createListener();
    const client = fixture.layer.request(outgoing('INVITE'), flow, listener);
    const [invite] = flow.take();
    if (invite === undefined) return t.fail('nothing sent');
    fixture.layer.receive(answerTo(invite, status), flow);
    fixture.layer.receive(answerTo(invite, status), flow);
    const acks = flow.take();
    t.equal(acks.length, 2);
    const [ack] = acks;
    t.match(ack, { method: 'ACK', uri: 'sip:bob@10.0.0.9:5062', cseq: 7, toTag: 'peer', callId: 'out1' });
    t.equal(ack?.topVia.branch, client.branch);
    t.equal(ack?.header('route'), '<sip:10.0.0.9:5062;lr>');
    t.same(listener.heard, [String(status)]);
    fixture.clock.advance(GIVE_UP + 20);
    t.same(listener.heard, [String(status), 'end']);
    t.equal(fixture.total(), 0);
  }
  t.end();
});

t.test('over TCP an INVITE is gone at once after a non-2xx (timer D is zero)', (t) => {
  const { fixture, flow, request: invite } = sentOut('INVITE', 'tcp');
  fixture.layer.receive(answerTo(invite, 486), flow);
  fixture.clock.advance(20);
  t.equal(fixture.total(), 0);
  t.equal(flow.take().length, 1);
  t.end();
});

t.test('a transport error ends an unanswered request, INVITE or not, and the user hears it', (t) => {
  for (const method of ['INVITE', 'OPTIONS']) {
    const fixture = createFixture();
    const flow = fixture.transport.flow('tcp');
    const listener = createListener();
    fixture.layer.request(outgoing(method), flow, listener);
    flow.fail('connection refused');
    t.same(listener.heard, ['error connection refused', 'end']);
    t.equal(fixture.total(), 0);
    t.equal(fixture.wheel.size, 0);
  }
  t.end();
});

t.test('a non-INVITE over UDP is repeated up to T2 (timer E) and given up by timer F', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  fixture.layer.request(outgoing('OPTIONS'), flow, listener);
  const expected = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
  t.same(sendTimes(fixture, flow, GIVE_UP + 20), expected);
  t.same(listener.heard, ['timeout', 'end']);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('after a provisional a non-INVITE is repeated every T2 and still given up', (t) => {
  const { fixture, flow, listener, request: bye } = sentOut('BYE');
  fixture.layer.receive(answerTo(bye, 100), flow);
  t.same(sendTimes(fixture, flow, 13_000), [500, 4500, 8500, 12_500]);
  fixture.clock.advance(GIVE_UP);
  t.same(listener.heard, ['100', 'timeout', 'end']);
  t.end();
});

t.test('a final to a non-INVITE is passed up once; repeats are swallowed for T4 over UDP only', (t) => {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const status of [200, 404]) {
      const { fixture, flow, listener, request } = sentOut('OPTIONS', transport);
      fixture.layer.receive(answerTo(request, status), flow);
      fixture.layer.receive(answerTo(request, status), flow);
      t.same(listener.heard, [String(status)]);
      fixture.clock.advance(20);
      t.equal(fixture.total(), transport === 'udp' ? 1 : 0);
      fixture.clock.advance(5000);
      t.equal(fixture.total(), 0);
      t.same(flow.take(), []);
    }
  }
  t.end();
});

t.test('a connection that ends fails what waits on it; an INVITE that rings gets 64*T1 more', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('tcp');
  const other = fixture.transport.flow('tcp', '10.0.0.9', 5063);
  const listeners = [createListener(), createListener(), createListener(), createListener()] as const;
  fixture.layer.request(outgoing('INVITE'), flow, listeners[0]);
  fixture.layer.request(outgoing('OPTIONS'), flow, listeners[1]);
  fixture.layer.request(outgoing('OPTIONS'), other, listeners[2]);
  flow.take();
  fixture.layer.request(outgoing('INVITE'), flow, listeners[3]);
  const [ringing] = flow.take();
  if (ringing === undefined) return t.fail('nothing sent');
  fixture.layer.receive(answerTo(ringing, 180), flow);
  fixture.layer.flowClosed(flow, 'reset');
  fixture.layer.flowClosed(flow, 'reset');
  t.same(listeners[0].heard, ['error connection closed: reset', 'end']);
  t.same(listeners[1].heard, ['error connection closed: reset', 'end']);
  t.same(listeners[2].heard, []);
  t.same(listeners[3].heard, ['180']);
  fixture.clock.advance(GIVE_UP + 20);
  t.same(listeners[3].heard, ['180', 'timeout', 'end']);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('a ringing INVITE whose connection ended takes its final over another one', (t) => {
  const { fixture, flow, listener, request: invite } = sentOut('INVITE', 'tcp');
  fixture.layer.receive(answerTo(invite, 180), flow);
  fixture.layer.flowClosed(flow, 'reset');
  fixture.layer.receive(answerTo(invite, 200), fixture.transport.flow('tcp', '10.0.0.9', 41_000));
  t.same(listener.heard, ['180', '200']);
  t.end();
});
