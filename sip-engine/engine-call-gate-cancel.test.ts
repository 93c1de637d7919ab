import t from 'tap';
import { CARRIER, flowFrom, invite, OTHER, overload, startGate } from './engine-test-gate.ts';
import { requestText } from './engine-test-peer.ts';
import { parseMessage, type SipMessage } from './message/index.ts';

/** RFC 3261 9.1: the same but for its method. */
const sameOf = (method: string, { callId, topVia: { branch }, cseq }: SipMessage) => {
  const lines = { Via: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=${branch}`, 'Call-ID': callId };
  return parseMessage(Buffer.from(requestText(method, { ...lines, CSeq: `${cseq} ${method}` })));
};
const OK = { status: 200, method: 'CANCEL', to: CARRIER };
const TERMINATED = { status: 487, method: 'INVITE', to: CARRIER };

t.test('a call that is cancelled while it waits hears 487 and is not set up, also when its copies come', async (t) => {
  const { gate, offer, turn, admitted, answers, counted, refused } = startGate();
  gate.isBehind = true;
  const [call, other] = [invite(), invite()];
  offer(CARRIER, call);
  offer(CARRIER, other);
  const cancel = sameOf('CANCEL', call);
  t.equal(gate.cancels(cancel, flowFrom(OTHER)), false, 'nobody else can');
  t.equal(gate.cancels(sameOf('CANCEL', invite()), flowFrom(CARRIER)), false);
  t.same(answers, []);
  t.equal(gate.cancels(cancel, flowFrom(CARRIER)), true);
  t.same(answers.splice(0), [OK, TERMINATED]);
  gate.isBehind = false;
  await turn();
  t.equal(admitted.length, 1, 'the other one');
  t.equal(offer(CARRIER, call), true, 'a copy, its 487 was lost');
  t.same(answers.splice(0), [TERMINATED]);
  t.equal(gate.cancels(cancel, flowFrom(CARRIER)), true, 'a copy, its 200 was lost');
  t.same(answers.splice(0), [OK]);
  t.equal(gate.absorbs(sameOf('ACK', call), flowFrom(CARRIER)), true);
  t.same(counted, [`cancelled ${CARRIER}`]);
  t.equal(refused.length, 0);
  t.equal(gate.size, 0);
});

t.test('CANCEL of a refused call is answered 200 and changes nothing', async (t) => {
  const started = startGate();
  const { gate, offer, refused, answers } = started;
  await overload(started);
  const call = invite();
  offer(CARRIER, call);
  t.equal(gate.cancels(sameOf('CANCEL', call), flowFrom(CARRIER)), true);
  t.same(answers, [OK]);
  offer(CARRIER, call);
  t.same(refused, [call, call]);
});

t.test('CANCEL of a call that is being set up is not the gate’s, whatever copies of it come', async (t) => {
  const { gate, known, offer } = startGate();
  gate.isBehind = true;
  const call = invite();
  known.add(call);
  t.equal(offer(CARRIER, call), false);
  offer(CARRIER);
  t.equal(gate.cancels(sameOf('CANCEL', call), flowFrom(CARRIER)), false);
});

t.test('copies of cancelled calls are answered, however many, where nothing is refused', async (t) => {
  const { gate, offer, turn, answers } = startGate();
  gate.isBehind = true;
  const calls = Array.from({ length: 100 }, () => invite());
  for (const call of calls) offer(CARRIER, call);
  for (const call of calls) gate.cancels(sameOf('CANCEL', call), flowFrom(CARRIER));
  gate.isBehind = false;
  await turn();
  await turn(5000);
  answers.length = 0;
  for (const call of calls) offer(CARRIER, call);
  t.same(answers, Array(100).fill(TERMINATED));
});
