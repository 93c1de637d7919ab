import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, incoming, outgoing } from './transaction-fixture.ts';
import type { TransactionOptions, TransactionUser } from './types.ts';

/** As the product has it: nobody wants to hear of the end of what was answered, so that next to nothing is kept. */
function unheardFixture(options: TransactionOptions = {}) {
  const fixture = createFixture(options);
  const user: TransactionUser = { ...fixture.user, hearsAnsweredEnd: false };
  fixture.layer.setUser(user);
  const flow = fixture.transport.flow();
  const take = () => flow.take().map(({ status }) => status);
  const receive = (shape: Parameters<typeof incoming>[0]) => fixture.layer.receive(incoming(shape), flow);
  const answer = (status: number) => {
    const server = fixture.opened.at(-1);
    server?.respond(OutgoingMessage.responseTo(server.request, status));
  };
  return { ...fixture, flow, take, receive, answer };
}

t.test('an answered BYE is answered again with the same bytes, for 32 s', (t) => {
  const { clock, flow, take, receive, answer, layer, takeHeard, total, wheel } = unheardFixture();
  receive({ method: 'BYE', toTag: 'ours' });
  answer(200);
  receive({ method: 'BYE', toTag: 'ours' });
  t.same(take(), [200, 200]);
  t.same(flow.sentBytes[0], flow.sentBytes[1]);
  t.same(layer.size, { ict: 0, nict: 0, ist: 0, nist: 1 });
  clock.advance(32_020);
  t.same([total(), wheel.size], [0, 0]);
  t.same(takeHeard(), ['request BYE'], 'the end is not told');
  receive({ method: 'BYE', toTag: 'ours' });
  t.same(takeHeard(), ['request BYE'], 'what comes later is new');
  t.end();
});

t.test('an answer that cannot be sent again ends it', (t) => {
  const { flow, receive, answer, total, wheel } = unheardFixture();
  receive({ method: 'BYE' });
  answer(200);
  receive({ method: 'BYE' });
  flow.fail();
  t.same([total(), wheel.size], [0, 0]);
  t.end();
});

t.test('an accepted INVITE is absorbed, its ACK passed on, its CANCEL answered, its copies merged, then spent', (t) => {
  const { clock, take, receive, answer, layer, takeHeard, opened, total } = unheardFixture();
  receive({ method: 'INVITE' });
  answer(200);
  const tag = opened[0]?.localTag;
  take();
  receive({ method: 'INVITE' });
  t.same(take(), []);
  receive({ method: 'ACK' });
  receive({ method: 'ACK', branch: 'z9hG4bKack' });
  t.same(takeHeard(), ['request INVITE', 'ack', 'ack']);
  receive({ method: 'INVITE', branch: 'z9hG4bKother-path' });
  t.same(take(), [482]);
  receive({ method: 'CANCEL' });
  receive({ method: 'CANCEL', branch: 'z9hG4bKnone' });
  t.same(take(), [200, 481]);
  t.not(tag, '');
  t.same(takeHeard(), [], 'an answered INVITE is not cancelled');
  t.equal(layer.size.ist, 2);
  opened[0]?.resend(opened[0].lastResponse ?? Buffer.alloc(0));
  t.same(take(), [200], 'until its ACK has come');
  clock.advance(33_000);
  t.equal(total(), 0);
  take();
  receive({ method: 'INVITE' });
  t.same([take(), takeHeard()], [[], []], 'no second call');
  t.end();
});

t.test('a flood of requests that are answered at once ends the oldest early, and refuses nobody', (t) => {
  const { take, receive, answer, takeHeard, layer } = unheardFixture({
    ...{ maxServerTransactions: 2, maxAnsweredTransactions: 10 },
  });
  const invite = (n: number) => receive({ method: 'INVITE', branch: `z9hG4bKin${n}`, callId: `in${n}` });
  for (let n = 0; n < 30; n++) {
    invite(n);
    answer(200);
    receive({ method: 'BYE', branch: `z9hG4bKbye${n}`, callId: `in${n}`, toTag: 'none' });
    answer(481);
  }
  t.same(new Set(take().map((status) => status)), new Set([100, 200, 481]));
  t.same(layer.size, { ict: 0, nict: 0, ist: 10, nist: 10 });
  takeHeard();
  invite(0);
  invite(29);
  t.same([take(), takeHeard()], [[], []], 'no second call, also of what has made room');
  t.end();
});

t.test('a refused INVITE is repeated until its ACK, absorbs for T4, and may be tried again over another path', (t) => {
  const { clock, take, receive, answer, takeHeard, total } = unheardFixture();
  receive({ method: 'INVITE' });
  answer(486);
  take();
  clock.advance(1600);
  t.same(take(), [486, 486]);
  receive({ method: 'ACK' });
  receive({ method: 'ACK' });
  receive({ method: 'INVITE' });
  t.same([take(), takeHeard(), total()], [[], ['request INVITE'], 1]);
  receive({ method: 'INVITE', branch: 'z9hG4bKsecond' });
  t.same(takeHeard(), ['request INVITE'], 'a client that tries again');
  answer(486);
  receive({ method: 'ACK', branch: 'z9hG4bKsecond' });
  clock.advance(5020);
  t.equal(total(), 0);
  t.end();
});

t.test('a request of ours whose end nobody hears of absorbs repeated answers for T4', (t) => {
  const { clock, flow, layer, takeHeard, total, wheel } = unheardFixture();
  const listener = { ...createListener(), hearsEnd: false };
  layer.request(outgoing('BYE'), flow, listener);
  const [bye] = flow.take();
  if (bye === undefined) return t.fail('nothing was sent');
  layer.receive(answerTo(bye, 200), flow);
  layer.receive(answerTo(bye, 200), flow);
  t.same(listener.heard, ['200']);
  t.same(layer.size, { ict: 0, nict: 1, ist: 0, nist: 0 });
  clock.advance(5020);
  t.same([total(), wheel.size, listener.heard], [0, 0, ['200']]);
  layer.receive(answerTo(bye, 200), flow);
  t.same(takeHeard(), ['stray 200']);
  t.end();
});
