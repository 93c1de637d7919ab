import t from 'tap';
import { type OutgoingMessage, parseMessage, type SipMessage } from '../message/index.ts';
import { answerTo, type RecorderFlow } from './recorder-transport.ts';
import { createFixture, createListener, outgoing } from './transaction-fixture.ts';
import type { ClientTransactionHandler } from './types.ts';

/** An INVITE of ours over UDP whose 2xx has come and is acknowledged by `settle`. */
function answeredInvite(handler: ClientTransactionHandler, transport: 'udp' | 'tcp' = 'udp') {
  const fixture = createFixture();
  const flow = fixture.transport.flow(transport);
  const client = fixture.layer.request(outgoing('INVITE'), flow, handler);
  const [invite] = flow.take();
  if (invite === undefined) throw new Error('nothing was sent');
  fixture.layer.receive(answerTo(invite, 200), flow);
  const ack = outgoing('ACK').set('To', '<sip:bob@10.0.0.9>;tag=peer');
  const bytes = fixture.layer.sendStateless(ack, flow);
  const forks: { readonly invite: OutgoingMessage; readonly heard: SipMessage[] }[] = [];
  const takesForks = (request: OutgoingMessage) => {
    const fork = { invite: request, heard: [] as SipMessage[] };
    forks.push(fork);
    return (response: SipMessage) => void fork.heard.push(response);
  };
  client.settle({ ack: bytes, flow, takesForks });
  flow.take();
  return { ...fixture, flow, client, invite, bytes, forks };
}

function unhearing() {
  const listener = createListener();
  return Object.assign(listener, { hearsEnd: false });
}

function last({ sentBytes }: RecorderFlow): string | undefined {
  return sentBytes.at(-1)?.toString();
}

t.test('a repeated 2xx is answered with the same ACK for 64*T1, and its handler hears nothing more', (t) => {
  const handler = unhearing();
  const { layer, clock, flow, invite, bytes, forks, total, wheel, takeHeard, client } = answeredInvite(handler);
  t.equal(client.ended, true);
  t.same(layer.size, { ict: 1, nict: 0, ist: 0, nist: 0 });
  t.equal(flow.holds, 0, 'its dialog holds the flow from now on');
  for (let n = 0; n < 3; n++) {
    layer.receive(answerTo(invite, 200), flow);
    t.same(
      flow.take().map(({ method }) => method),
      ['ACK'],
    );
    t.equal(last(flow), bytes.toString());
    clock.advance(10_000);
  }
  layer.receive(answerTo(invite, 180), flow);
  layer.receive(answerTo(invite, 486), flow);
  t.same([flow.take(), takeHeard(), forks, handler.heard], [[], [], [], ['200']]);
  clock.advance(2_020);
  t.same([total(), wheel.size], [0, 0]);
  layer.receive(answerTo(invite, 200), flow);
  t.same([flow.take(), takeHeard()], [[], ['stray 200']]);
  t.end();
});

t.test('a 2xx of another branch goes with the INVITE to who takes forks, one taker for all of them', (t) => {
  const { layer, flow, invite, forks } = answeredInvite(unhearing());
  layer.receive(answerTo(invite, 200, 'other'), flow);
  layer.receive(answerTo(invite, 200), flow);
  layer.receive(answerTo(invite, 200, 'third'), flow);
  t.equal(forks.length, 1);
  t.same(
    forks[0]?.heard.map(({ toTag }) => toTag),
    ['other', 'third'],
  );
  t.equal(forks[0]?.invite.toText(), invite.raw.toString());
  t.equal(flow.take().length, 1, 'the ACK of the first');
  t.end();
});

t.test('what is no answer to the INVITE is counted, and neither acknowledged nor passed on', (t) => {
  const { layer, flow, invite, forks, ports } = answeredInvite(unhearing());
  const answer = answerTo(invite, 200).raw.toString();
  layer.receive(parseMessage(Buffer.from(answer.replace('Call-ID: out1', 'Call-ID: another'))), flow);
  t.same([flow.take(), forks, ports.counts.get('dropped')], [[], [], 1]);
  t.end();
});

t.test('over a connection, and where the handler hears ends, a transaction is not settled', (t) => {
  for (const [handler, transport] of [
    [createListener(), 'udp'],
    [unhearing(), 'tcp'],
  ] as const) {
    const { layer, flow, invite, client } = answeredInvite(handler, transport);
    t.equal(client.ended, false);
    layer.receive(answerTo(invite, 200), flow);
    t.same([flow.take(), handler.heard], [[], ['200', '200']]);
  }
  t.end();
});
