import t from 'tap';
import { answerTo } from './recorder-transport.ts';
import { createFixture, createListener, outgoing } from './transaction-fixture.ts';

const GIVE_UP = 64 * 500;

t.test('CANCEL is held until the first provisional and copies what RFC 3261 9.1 names', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  const client = fixture.layer.request(outgoing('INVITE'), flow, listener);
  client.cancel([['Reason', 'SIP;cause=487']]);
  const [invite] = flow.take();
  if (invite === undefined) return t.fail('nothing sent');
  fixture.layer.receive(answerTo(invite, 100), flow);
  const [cancel, ...rest] = flow.take();
  if (cancel === undefined) return t.fail('no CANCEL');
  t.match(cancel, { method: 'CANCEL', uri: 'sip:bob@10.0.0.9:5062', cseq: 7, cseqMethod: 'CANCEL', toTag: '' });
  t.equal(cancel.header('reason'), 'SIP;cause=487');
  t.equal(cancel.header('via'), invite.header('via'));
  t.equal(cancel.header('route'), invite.header('route'));
  client.cancel();
  t.same([rest.length, flow.take().length], [0, 0], 'once only');
  t.same(fixture.layer.size, { ict: 1, nict: 1, ist: 0, nist: 0 });
  fixture.layer.receive(answerTo(cancel, 200), flow);
  fixture.layer.receive(answerTo(invite, 487), flow);
  t.same(listener.heard, ['100', '487'], 'the 200 to the CANCEL is not shown');
  fixture.clock.advance(GIVE_UP + 20);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('an INVITE that stays silent after its CANCEL ends 64*T1 later', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  const client = fixture.layer.request(outgoing('INVITE'), flow, listener);
  const [invite] = flow.take();
  if (invite === undefined) return t.fail('nothing sent');
  fixture.layer.receive(answerTo(invite, 180), flow);
  fixture.clock.advance(60_000);
  client.cancel();
  fixture.clock.advance(GIVE_UP + 20);
  t.same(listener.heard, ['180', 'timeout', 'end']);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('CANCEL of what is answered, ended or no INVITE sends nothing', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const answered = fixture.layer.request(outgoing('INVITE'), flow, createListener());
  const [invite] = flow.take();
  if (invite === undefined) return t.fail('nothing sent');
  fixture.layer.receive(answerTo(invite, 200), flow);
  answered.cancel();
  fixture.layer.request(outgoing('OPTIONS'), flow, createListener()).cancel();
  t.same(
    flow.take().map(({ method }) => method),
    ['OPTIONS'],
  );
  t.end();
});

t.test('a response with a branch or method of no request is stray', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  fixture.layer.request(outgoing('OPTIONS'), flow, createListener());
  const [request] = flow.take();
  if (request === undefined) return t.fail('nothing sent');
  fixture.clock.advance(GIVE_UP + 20);
  fixture.layer.receive(answerTo(request, 200), flow);
  t.same(fixture.heard, ['stray 200']);
  t.end();
});

t.test('the caller’s message is not changed, so that it can be sent elsewhere', (t) => {
  const fixture = createFixture();
  const message = outgoing('OPTIONS');
  const first = fixture.layer.request(message, fixture.transport.flow(), createListener());
  const second = fixture.layer.request(message, fixture.transport.flow('tcp'), createListener());
  t.notOk(message.has('via'));
  t.not(first.branch, second.branch);
  t.match(second.request.header('via'), /^SIP\/2\.0\/TCP /);
  t.equal(second.request.headerLines('via').length, 1);
  t.end();
});

t.test('a handler that throws is logged and the transaction ends all the same', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  let ended = 0;
  const handler = {
    ...createListener(),
    onResponse: () => {
      throw new Error('handler');
    },
    onEnd: () => ended++,
  };
  fixture.layer.request(outgoing('OPTIONS'), flow, handler);
  const [request] = flow.take();
  if (request === undefined) return t.fail('nothing sent');
  fixture.layer.receive(answerTo(request, 200), flow);
  fixture.clock.advance(GIVE_UP);
  t.equal(ended, 1);
  t.match(fixture.ports.logged, [{ level: 'error' }]);
  t.end();
});

t.test('a stateless request gets a Via of its own and the bytes sent are returned; a response gets none', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const bytes = fixture.layer.sendStateless(outgoing('ACK'), flow);
  const [ack] = flow.take();
  t.match(ack?.header('via'), /branch=z9hG4bK/);
  t.equal(flow.sentBytes[0], bytes);
  t.equal(fixture.total(), 0);
  t.end();
});

t.test('closing the layer ends every transaction with one onEnd', (t) => {
  const fixture = createFixture();
  const flow = fixture.transport.flow();
  const listener = createListener();
  fixture.layer.request(outgoing('INVITE'), flow, listener);
  fixture.layer.request(outgoing('OPTIONS'), flow, listener);
  fixture.layer.close();
  t.same(listener.heard, ['end', 'end']);
  t.equal(fixture.total(), 0);
  t.equal(fixture.wheel.size, 0);
  t.end();
});
