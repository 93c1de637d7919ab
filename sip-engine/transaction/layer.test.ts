import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, incoming, outgoing } from './transaction-fixture.ts';

const GIVE_UP = 64 * 500;

t.test('CANCEL of an unanswered INVITE is answered 200 here and told to the user once', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  const [invite] = fixture.opened;
  fixture.layer.receive(incoming({ method: 'CANCEL' }), flow);
  fixture.layer.receive(incoming({ method: 'CANCEL' }), flow);
  t.same(fixture.heard, ['request INVITE', 'cancel']);
  t.ok(invite?.cancelled);
  t.notOk(invite?.answered, 'the 487 is the user’s');
  const [, first, second] = flow.take();
  t.match(first, { status: 200, cseqMethod: 'CANCEL', toTag: invite?.localTag });
  t.same(second?.raw, first?.raw);
  invite?.respond(OutgoingMessage.responseTo(invite.request, 487));
  t.match(flow.take(), [{ status: 487, toTag: invite?.localTag }]);
  fixture.clock.advance(GIVE_UP + 20);
  t.equal(fixture.total(), 0);
  t.same(fixture.heard.slice(2), ['end INVITE'], 'the CANCEL’s own transaction is not shown');
  t.end();
});

t.test('CANCEL after a failure is answered 200 and changes nothing', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.layer.receive(incoming({ method: 'CANCEL' }), flow);
  t.same(
    flow.take().map(({ status }) => status),
    [100, 486, 200],
  );
  t.same(fixture.heard, ['request INVITE']);
  t.end();
});

t.test('CANCEL of nothing is answered 481 and leaves nothing', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'CANCEL', branch: 'z9hG4bKnothing' }), flow);
  fixture.layer.receive(incoming({ method: 'CANCEL', branch: 'z9hG4bKnothing' }), flow);
  const [first, second] = flow.take();
  t.match(first, { status: 481 });
  t.match(first?.toTag, /./);
  t.same(first?.raw, second?.raw, 'the tag is the same without any state');
  t.equal(fixture.total(), 0);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKok' }), flow);
  flow.take();
  for (const other of [{ callId: 'b' }, { cseq: 2 }, { via: 'SIP/2.0/UDP 10.0.0.8:5062;branch=z9hG4bKok' }]) {
    fixture.layer.receive(incoming({ method: 'CANCEL', branch: 'z9hG4bKok', ...other }), flow);
    t.match(flow.take(), [{ status: 481 }], JSON.stringify(other));
  }
  t.same(fixture.heard, ['request INVITE']);
  t.end();
});

t.test('CANCEL of a non-INVITE or of an accepted INVITE is answered 200 and changes nothing', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  fixture.layer.receive(incoming({ method: 'CANCEL' }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKok', callId: 'b' }), flow);
  const invite = fixture.opened.at(-1);
  invite?.respond(OutgoingMessage.responseTo(invite.request, 200));
  fixture.layer.receive(incoming({ method: 'CANCEL', branch: 'z9hG4bKok', callId: 'b' }), flow);
  t.same(
    flow.take().map(({ status, cseqMethod }) => `${status} ${cseqMethod}`),
    ['200 CANCEL', '100 INVITE', '200 INVITE', '200 CANCEL'],
  );
  t.notOk(fixture.heard.includes('cancel'));
  t.end();
});

t.test('a flood of CANCELs takes no memory', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  for (let i = 0; i < 1000; i++) {
    fixture.layer.receive(incoming({ method: 'CANCEL', branch: `z9hG4bK${i}`, callId: `c${i}` }), flow);
  }
  t.equal(fixture.total(), 0);
  t.equal(fixture.wheel.size, 0);
  t.end();
});

t.test('a merged request is answered 482 and not shown (RFC 3261 8.2.2.2)', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  for (const branch of ['z9hG4bKone', 'z9hG4bKtwo', 'z9hG4bKtwo']) {
    fixture.layer.receive(incoming({ method: 'INVITE', branch }), flow);
  }
  t.same(
    flow.take().map(({ status }) => status),
    [100, 482, 482],
  );
  t.same(fixture.heard, ['request INVITE']);
  fixture.layer.receive(incoming({ method: 'ACK', branch: 'z9hG4bKtwo' }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKthree', cseq: 2 }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKfour', toTag: 'in-dialog' }), flow);
  t.same(fixture.heard, ['request INVITE', 'request INVITE', 'request INVITE'], 'another CSeq or a To tag is no copy');
  t.end();
});

t.test('a request may be tried again over another path after a failure, not after a success', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const answerLast = (status: number) => {
    const last = fixture.opened.at(-1);
    last?.respond(OutgoingMessage.responseTo(last.request, status));
  };
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKone' }), flow);
  answerLast(503);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKtwo' }), flow);
  answerLast(200);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKthree' }), flow);
  t.same(
    flow.take().map(({ status }) => status),
    [100, 503, 100, 200, 482],
  );
  fixture.layer.receive(incoming({ method: 'ACK', branch: 'z9hG4bKone' }), flow);
  fixture.clock.advance(6000);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKfour' }), flow);
  t.equal(flow.take().at(-1)?.status, 482, 'the end of the first one does not forget the second');
  t.end();
});

t.test('merged requests are delivered where that was asked for', (t) => {
  const fixture = createFixture({ mergedRequests: 'deliver' });
  const flow = fixture.transport.flow();
  for (const branch of ['z9hG4bKone', 'z9hG4bKtwo'])
    fixture.layer.receive(incoming({ method: 'INVITE', branch }), flow);
  t.same(fixture.heard, ['request INVITE', 'request INVITE']);
  t.end();
});

t.test('the same CSeq may come again once the first transaction is gone', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('tcp');
  fixture.layer.receive(incoming({ method: 'OPTIONS', branch: 'z9hG4bKone' }), flow);
  fixture.opened[0]?.respond(OutgoingMessage.responseTo(fixture.opened[0].request, 200));
  fixture.clock.advance(20);
  fixture.layer.receive(incoming({ method: 'OPTIONS', branch: 'z9hG4bKtwo' }), flow);
  t.same(fixture.heard, ['request OPTIONS', 'end OPTIONS', 'request OPTIONS']);
  t.end();
});

t.test('an ACK of nothing is the user’s; the ACK of a non-2xx is not', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'ACK', branch: 'z9hG4bKstray' }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.layer.receive(incoming({ method: 'ACK' }), flow);
  t.same(fixture.heard, ['ack', 'request INVITE']);
  t.end();
});

t.test('peers of RFC 2543, without the magic cookie, are matched by their headers', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const via = 'SIP/2.0/UDP 10.0.0.9:5062';
  fixture.layer.receive(incoming({ method: 'INVITE', via }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', via }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', via, callId: 'other' }), flow);
  t.same(fixture.heard, ['request INVITE', 'request INVITE']);
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.takeHeard();
  fixture.layer.receive(incoming({ method: 'ACK', via, toTag: 'not-ours' }), flow);
  t.same(fixture.takeHeard(), ['ack'], 'RFC 3261 17.2.3: the To tag must be the response’s');
  fixture.layer.receive(incoming({ method: 'ACK', via, toTag: invite?.localTag ?? '' }), flow);
  t.same(fixture.takeHeard(), []);
  fixture.layer.receive(incoming({ method: 'CANCEL', via, callId: 'other' }), flow);
  t.same(fixture.takeHeard(), ['cancel']);
  t.end();
});

t.test('the same branch from another sent-by or with another CSeq number is another transaction', (t) => {
  const fixture = createFixture({ mergedRequests: 'deliver' });
  const flow = fixture.transport.flow();
  for (const port of [5062, 5063]) {
    fixture.layer.receive(
      incoming({ method: 'OPTIONS', via: `SIP/2.0/UDP 10.0.0.9:${port};branch=z9hG4bKsame` }),
      flow,
    );
  }
  fixture.layer.receive(incoming({ method: 'OPTIONS', branch: 'z9hG4bKsame', cseq: 2 }), flow);
  t.equal(fixture.opened.length, 3);
  t.end();
});

t.test('user and peer both see received and rport (RFC 3581)', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow('udp', '203.0.113.9', 40_000);
  const via = 'SIP/2.0/UDP 192.168.1.5:5062;rport;branch=z9hG4bKnat';
  fixture.layer.receive(incoming({ method: 'OPTIONS', via }), flow);
  const stamped = 'SIP/2.0/UDP 192.168.1.5:5062;rport=40000;branch=z9hG4bKnat;received=203.0.113.9';
  t.equal(fixture.opened[0]?.request.header('via'), stamped);
  fixture.opened[0]?.respond(OutgoingMessage.responseTo(fixture.opened[0].request, 200));
  t.equal(flow.take()[0]?.header('via'), stamped);
  fixture.layer.receive(incoming({ method: 'OPTIONS', via }), flow);
  t.equal(fixture.opened.length, 1, 'a repeat is recognised all the same');
  t.end();
});

t.test('requests over the limit get a stateless 503', (t) => {
  const fixture = createFixture({ maxServerTransactions: 1 });
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'OPTIONS' }), flow);
  fixture.layer.receive(incoming({ method: 'OPTIONS', branch: 'z9hG4bKnext', callId: 'b' }), flow);
  t.match(flow.take(), [{ status: 503, callId: 'b' }]);
  t.equal(fixture.total(), 1);
  t.equal(fixture.ports.counts.get('dropped'), 1);
  t.end();
});

t.test('a connection is held while an INVITE rings on it, in either direction, and let go when it ends', (t) => {
  const fixture = createFixture();
  const from = fixture.transport.flow('tcp');
  const to = fixture.transport.flow('tcp', '10.0.0.8');
  fixture.layer.receive(incoming({ method: 'INVITE' }), from);
  fixture.layer.receive(incoming({ method: 'INVITE', branch: 'z9hG4bKmerged' }), from);
  fixture.layer.receive(incoming({ method: 'OPTIONS', callId: 'o', branch: 'z9hG4bKo' }), from);
  fixture.layer.request(outgoing('INVITE'), to, createListener());
  t.same([from.holds, to.holds], [2, 1], 'the merged one has a transaction for its 482');
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  const [sent] = to.take();
  if (sent !== undefined) fixture.layer.receive(answerTo(sent, 486), to);
  fixture.clock.advance(GIVE_UP + 20);
  t.same([from.holds, to.holds], [0, 0]);
  t.end();
});
