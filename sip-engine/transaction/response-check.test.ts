import t from 'tap';
import { parseMessage, type SipMessage } from '../message/index.ts';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, outgoing, sentOut } from './transaction-fixture.ts';

/** The answer with a part of its text replaced. */
function altered(answer: SipMessage, part: RegExp | string, by: string): SipMessage {
  const text = answer.raw.toString('latin1');
  const changed = text.replace(part, by);
  if (changed === text) throw new Error(`nothing like ${part} in ${text}`);
  return parseMessage(Buffer.from(changed, 'latin1'));
}

const FOREIGN: readonly (readonly [what: string, part: RegExp | string, by: string])[] = [
  ['another Call-ID', 'Call-ID: out1', 'Call-ID: zz'],
  ['another From tag', ';tag=mine', ';tag=evil'],
  ['no From tag', ';tag=mine', ''],
  ['another sent-by', '10.0.0.5:5060', '10.0.0.6:5060'],
  ['another port of ours', '10.0.0.5:5060', '10.0.0.5:5070'],
  ['a second Via line', 'From:', 'Via: SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKx\r\nFrom:'],
  ['a second Via value', /(;branch=\w+)/, '$1, SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKx'],
];

t.test('what has our branch and is no answer is dropped: the request ends by its timer, not never', (t) => {
  for (const method of ['INVITE', 'OPTIONS']) {
    for (const [what, part, by] of FOREIGN) {
      const { fixture, flow, listener, request } = sentOut(method);
      fixture.layer.receive(altered(answerTo(request, 486), part, by), flow);
      t.same(listener.heard, [], `${method}: ${what}`);
      t.notOk(flow.take().some((sent) => sent.method === 'ACK'));
      fixture.clock.advance(33_000);
      t.same(listener.heard, ['timeout', 'end'], `${method}: ${what}`);
      t.same(fixture.heard, [], 'nor is it a stray one');
    }
  }
  t.end();
});

t.test('the answer itself is taken, also with its Via spelled otherwise', (t) => {
  for (const [part, by] of [
    ['SIP/2.0/UDP 10.0.0.5:5060', 'SIP / 2.0 / UDP  10.0.0.5 :5060'],
    [';rport;', ';received=192.0.2.1;rport=4096;'],
    [';tag=mine', ' ; tag=mine;x=y'],
  ] as const) {
    const { fixture, flow, listener, request } = sentOut('OPTIONS');
    fixture.layer.receive(altered(answerTo(request, 200), part, by), flow);
    t.same(listener.heard, ['200']);
  }
  t.end();
});

t.test('the answer to a forwarded request carries the Vias before ours', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  const forwarded = outgoing('OPTIONS').add('Via', 'SIP/2.0/UDP 10.0.0.7;branch=z9hG4bKx');
  fixture.layer.request(forwarded, flow, listener);
  const [request] = flow.take();
  if (request === undefined) return t.fail('nothing was sent');
  fixture.layer.receive(answerTo(request, 200), flow);
  t.same(listener.heard, ['200']);
  t.end();
});
