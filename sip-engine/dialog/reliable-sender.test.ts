import t from 'tap';
import { OutgoingMessage } from '../message/index.ts';
import { createFakeClock, createTimingWheel } from '../timer/index.ts';
import { ReliableSender } from './reliable-sender.ts';

function sender() {
  const clock = createFakeClock();
  const events: string[] = [];
  const reliable = new ReliableSender({
    wheel: createTimingWheel({ clock }),
    t1Ms: 500,
    inviteSeq: 7,
    firstRseq: 100,
    send: (response) => events.push(`send ${response.status} ${response.header('rseq')}`),
    resend: () => events.push(`repeat ${Math.round(clock.nowMs() / 100) / 10}`),
    onTimeout: () => events.push(`timeout ${Math.round(clock.nowMs() / 100) / 10}`),
  });
  return { clock, events, reliable };
}

const provisional = (status: number, body = ''): OutgoingMessage => {
  const response = OutgoingMessage.response(status);
  response.body = Buffer.from(body);
  return response;
};

t.test('it is repeated with doubling gaps, and given up after 64 x T1', (t) => {
  const { clock, events, reliable } = sender();
  reliable.send(provisional(183), true);
  clock.advance(40_000);
  const repeats = ['repeat 0.5', 'repeat 1.5', 'repeat 3.5', 'repeat 7.5', 'repeat 15.5', 'repeat 31.5'];
  t.match(events[0], 'send 183 100');
  t.same(events.slice(1, 7).map(rounded), repeats);
  t.match(events.at(-1), /^timeout 32/);
  t.equal(events.length, 8);
  t.end();

  // Timers fire up to one tick of 10 ms late.
  function rounded(event: string): string {
    return event.replace(/\.6$/, '.5');
  }
});

t.test('the next waits for the PRACK of the one before; RAck must name number and INVITE', (t) => {
  const { clock, events, reliable } = sender();
  reliable.send(provisional(180), true);
  reliable.send(provisional(183, 'v=0'), false);
  t.same(events, ['send 180 100']);
  t.ok(reliable.blocksFinal, 'a body is still to come');
  t.equal(reliable.acknowledge(101, 7), undefined);
  t.equal(reliable.acknowledge(100, 8), undefined);
  t.same(reliable.acknowledge(100, 7), { asked: true });
  t.same(events, ['send 180 100', 'send 183 101']);
  t.ok(reliable.blocksFinal);
  t.same(reliable.acknowledge(101, 7), { asked: false });
  t.notOk(reliable.blocksFinal);
  t.equal(reliable.acknowledge(101, 7), undefined, 'only once');
  clock.advance(40_000);
  t.equal(events.length, 2);
  t.end();
});
