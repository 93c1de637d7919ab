import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { createFixture, incoming } from './transaction-fixture.ts';

/** A server whose T1 is a fifth of its peer's: 64 of its T1 are 6.4 s, the peer repeats for 32 s. */
const fixtureOfShortT1 = () => createFixture({}, { t1Ms: 100 });

t.test('an INVITE that is repeated after its transaction has ended is no second call', (t) => {
  for (const status of [200, 486]) {
    const fixture = fixtureOfShortT1();
    const flow = fixture.transport.flow();
    fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
    const [invite] = fixture.opened;
    invite?.respond(OutgoingMessage.responseTo(invite.request, status));
    fixture.clock.advance(10_000);
    t.equal(fixture.total(), 0, 'neither ACK nor repetition for 64 x T1: it has ended');
    flow.take();
    fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
    fixture.clock.advance(21_000);
    fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
    t.same(fixture.heard, ['request INVITE', 'end INVITE'], `the user hears of one call, answered ${status}`);
    t.same(flow.take(), []);
  }
  t.end();
});

t.test('an INVITE of the same branch in another call, or with another number, is a new one', (t) => {
  const fixture = fixtureOfShortT1();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.clock.advance(10_000);
  fixture.takeHeard();
  fixture.layer.receive(incoming({ method: 'INVITE', callId: 'other' }), flow);
  fixture.layer.receive(incoming({ method: 'INVITE', cseq: 2 }), flow);
  t.same(fixture.takeHeard(), ['request INVITE', 'request INVITE']);
  t.end();
});

t.test('a transaction that has ended is forgotten when nobody can repeat it any more', (t) => {
  const fixture = fixtureOfShortT1();
  const flow = fixture.transport.flow();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  const [invite] = fixture.opened;
  invite?.respond(OutgoingMessage.responseTo(invite.request, 486));
  fixture.clock.advance(10_000 + 64_000);
  fixture.takeHeard();
  fixture.layer.receive(incoming({ method: 'INVITE' }), flow);
  t.same(fixture.takeHeard(), ['request INVITE']);
  t.end();
});
