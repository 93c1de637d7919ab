import t from 'tap';
import { CARRIER, flowFrom, invite, OTHER, overload, STRANGER, startGate } from './engine-test-gate.ts';
import { requestText } from './engine-test-peer.ts';
import { parseMessage, type SipMessage } from './message/index.ts';

const ackOf = ({ callId, topVia: { branch } }: SipMessage) => {
  const lines = { Via: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=${branch}`, 'Call-ID': callId };
  return parseMessage(Buffer.from(requestText('ACK', { ...lines, To: '<sip:bob@example.com>;tag=s1' })));
};

t.test('few calls a turn are taken at once, and nothing is kept of them', async (t) => {
  const { gate, offer, turn, admitted, refused, ...started } = startGate();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 8; i++) t.equal(offer(CARRIER), false);
    await turn();
  }
  t.equal(admitted.length, 24);
  t.equal(refused.length, 0);
  t.equal(gate.size, 0);
  t.equal(started.hasTurn, false);
});

t.test('more than a turn takes up wait for the next turns, in their order, and none is refused', async (t) => {
  const { gate, offer, turn, admitted, refused } = startGate();
  for (let i = 0; i < 30; i++) offer(CARRIER);
  t.equal(admitted.length, 8);
  t.equal(gate.size, 22);
  // The first turn's share has been taken.
  for (const least of [9, 17, 25, 30]) {
    await turn();
    t.equal(admitted.length, least);
  }
  t.equal(refused.length, 0);
  t.equal(gate.size, 0);
});

t.test('what came while the thread stood still has not waited for others', async (t) => {
  const { offer, turn, refused } = startGate();
  for (let i = 0; i < 10; i++) offer(CARRIER);
  await turn(5000);
  for (let i = 0; i < 50; i++) offer(CARRIER);
  t.equal(refused.length, 0);
});

t.test('a crowd that is worked off within a second is refused nothing, however long it waits', async (t) => {
  const { gate, offer, turn, admitted, refused } = startGate();
  for (let i = 0; i < 500; i++) offer(CARRIER);
  for (let i = 0; i < 63; i++) await turn(10);
  t.equal(gate.size, 0);
  for (let i = 0; i < 500; i++) offer(CARRIER);
  for (let i = 0; i < 63; i++) await turn(10);
  t.equal(admitted.length, 1000, 'the second has a second of its own');
  t.equal(refused.length, 0);
});

t.test(
  'whose calls have kept waiting for more than 20 ms gets no more in; others do, and are taken up in turn',
  async (t) => {
    const started = startGate();
    const { gate, offer, turn, admitted, refused } = started;
    await overload(started);
    offer(CARRIER);
    t.equal(refused.length, 1);
    const waiting = gate.size;
    for (let i = 0; i < 4; i++) t.equal(offer(OTHER), true);
    t.equal(refused.length, 1);
    t.equal(gate.size, waiting + 4);
    await turn();
    t.equal(admitted.filter((address) => address === OTHER).length, 4, 'every second one');
    t.equal(admitted.length, 8);
  },
);

t.test('an emergency call is taken at once, whoever else waits', async (t) => {
  const started = startGate();
  const { offer, refused, admitted } = started;
  await overload(started);
  const urgent = () => parseMessage(Buffer.from(requestText('INVITE').replace('sip:bob@', 'sip:112@')));
  for (let i = 0; i < 50; i++) t.equal(offer(CARRIER, urgent()), false);
  t.equal(admitted.length, 50);
  t.equal(refused.length, 0);
  // Strangers may take the turn's share so: more would be a way around every limit.
  await started.turn();
  for (let i = 0; i < 50; i++) offer(STRANGER, urgent());
  t.equal(admitted.filter((address) => address === STRANGER).length, 8);
});

t.test('a copy of what was refused hears the same, its ACK ends here, and other calls’ ACKs do not', async (t) => {
  const started = startGate();
  const { gate, offer, turn, refused, counts } = started;
  await overload(started);
  const call = invite();
  offer(CARRIER, call);
  t.same(refused, [call]);
  t.equal(gate.absorbs(ackOf(call), flowFrom(CARRIER)), true);
  t.equal(gate.absorbs(ackOf(call), flowFrom(OTHER)), false, 'who guesses a branch refuses nobody else');
  t.equal(gate.absorbs(ackOf(invite()), flowFrom(CARRIER)), false);
  while (gate.size > 0) await turn();
  t.equal(offer(CARRIER, call), true, 'also when there is room again');
  t.same(refused, [call, call]);
  t.equal(counts.get('overload'), 1);
  started.clock.advance(65_000);
  t.equal(offer(CARRIER, call), false, 'no client repeats for so long: it is another call');
});

t.test('a copy of a call that is being set up is never refused', async (t) => {
  const started = startGate();
  const { known, offer, refused } = started;
  await overload(started);
  const call = invite();
  known.add(call);
  t.equal(offer(CARRIER, call), false);
  t.equal(refused.length, 0);
});

t.test('while sockets hold more than a turn reads, one call a turn is taken up, and the rest hear 503', async (t) => {
  const { gate, offer, turn, admitted, refused } = startGate();
  gate.isBehind = true;
  for (let i = 0; i < 19; i++) t.equal(offer(CARRIER), true);
  for (let i = 0; i < 100; i++) {
    offer(CARRIER);
    await turn(i < 50 ? 10 : 200);
  }
  t.equal(admitted.length, 100);
  t.equal(refused.length, 0);
  offer(CARRIER);
  await turn(10);
  t.equal(admitted.length, 101);
  t.equal(refused.length, 4, 'they have waited for more than 100 ms of work; the last 16 are worked on all the same');
  offer(CARRIER);
  while (gate.size > 0) await turn(10);
  gate.isBehind = false;
  t.equal(offer(CARRIER), false);
});

t.test('one refusal is told for every second call that is taken up', async (t) => {
  const started = startGate();
  const { gate, offer, turn, refused, counts, admitted } = started;
  await overload(started);
  for (let i = 0; i < 1000; i++) offer(CARRIER);
  t.equal(counts.get('overload'), 1000);
  t.equal(refused.length, 32);
  gate.holds(invite(), { ...flowFrom(CARRIER), reliable: true });
  t.equal(refused.length, 33, 'nobody repeats a request over TCP');
  await turn();
  t.equal(admitted.length, 8);
  for (let i = 0; i < 10; i++) offer(CARRIER);
  t.equal(refused.length, 37);
});

t.test('a call whose refusal was not told is taken up when it is repeated and there is room', async (t) => {
  const started = startGate();
  const { gate, offer, turn, refused } = started;
  await overload(started);
  for (let i = 0; i < 32; i++) offer(CARRIER);
  const call = invite();
  t.equal(offer(CARRIER, call), true);
  t.notOk(refused.includes(call));
  while (gate.size > 0) await turn();
  await turn();
  t.equal(offer(CARRIER, call), false);
});

t.test(
  'a new call that would not even be told is not read; what belongs to calls, and who has a share left, is',
  async (t) => {
    const started = startGate();
    const { gate, offer, counts } = started;
    const text = (lines: Readonly<Record<string, string>> = {}) => requestText('INVITE', lines);
    await overload(started);
    t.equal(gate.dropsUnread(text(), flowFrom(CARRIER)), false, 'it can be told');
    for (let i = 0; i < 32; i++) offer(CARRIER);
    t.equal(gate.dropsUnread(text(), flowFrom(CARRIER)), true);
    t.equal(counts.get('overload'), 33);
    for (const To of [';tag=b1', ';Tag = b1', '\r\n ;tag=b1', ';\r\n\ttag=b1'].map(
      (tag) => `<sip:bob@example.com>${tag}`,
    ))
      t.equal(gate.dropsUnread(text({ To }), flowFrom(CARRIER)), false, To);
    const inBody = `${text({ To: '<sip:bob@example.com>;tag=b1' }).replace('\nTo:', '\nt:')}\r\nTo: <sip:bob@example.com>\r\n`;
    t.equal(gate.dropsUnread(inBody, flowFrom(CARRIER)), false, 'a body says nothing of the call');
    t.equal(gate.dropsUnread(text().replace('INVITE sip:bob@', 'INVITE sip:112@'), flowFrom(CARRIER)), false);
    t.equal(gate.dropsUnread(requestText('BYE'), flowFrom(CARRIER)), false);
    t.equal(gate.dropsUnread(text(), flowFrom(OTHER)), false);
    t.equal(gate.dropsUnread(text(), { ...flowFrom(CARRIER), reliable: true }), false);
  },
);

t.test('it is told when refusing begins and, a second after the last refusal, that it is over', async (t) => {
  const started = startGate();
  const { gate, offer, turn, told, clock } = started;
  await overload(started);
  for (let i = 0; i < 3; i++) offer(CARRIER);
  t.same(told, [[true, 0]]);
  while (gate.size > 0) await turn();
  clock.advance(900);
  t.equal(told.length, 1);
  clock.advance(1200);
  t.same(told[1], [false, 3]);
  t.equal(clock.intervals, 0, 'no timer is left');
});

t.test('one that makes its handler throw keeps nobody else waiting, a lost connection’s are forgotten', async (t) => {
  const { gate, offer, turn, admitted } = startGate();
  gate.isBehind = true;
  offer(CARRIER, invite({ From: '<sip:a@example.com>;tag=throws' }));
  gate.holds(invite(), flowFrom(CARRIER, true));
  offer(CARRIER);
  gate.isBehind = false;
  await turn();
  t.same(admitted, [CARRIER]);
  gate.isBehind = true;
  offer(CARRIER);
  gate.close();
  await turn();
  t.equal(gate.size, 0);
  t.same(admitted, [CARRIER]);
});
