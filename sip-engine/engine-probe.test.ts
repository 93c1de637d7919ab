import t from 'tap';
import { requestText, startEngine, T1_MS, tcpPeer, udpPeer } from './engine-test-peer.ts';
import type { SipMessage } from './message/index.ts';
import { createFakeClock } from './timer/index.ts';
import type { EngineProbe, ProbeResult, SipEngine } from './types.ts';

/** Copies and the end of a probe come so much later than told at the most, and a little. */
const SWEEP_MS = 110;

const probe = (engine: SipEngine, fields: Partial<EngineProbe> & { readonly flowId: string }): Promise<ProbeResult> =>
  new Promise((resolve) => engine.probe({ uri: 'sip:pbx@192.168.1.9', timeoutMs: 2000, ...fields }, resolve));

function answerText(request: SipMessage, status: number): string {
  const lines = ['via', 'from', 'to', 'call-id', 'cseq'].map((name) => `${name}: ${request.header(name)}\r\n`).join('');
  return `SIP/2.0 ${status} Whatever\r\n${lines}Content-Length: 0\r\n\r\n`;
}

t.test('a probe has every header RFC 3261 section 8.1.1 demands, and its answer comes back timed', async (t) => {
  const { engine, udpPort, counts } = await startEngine(t, { agent: 'didfarm' });
  const peer = await udpPeer(t, udpPort);
  const flowId = `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}`;
  const result = probe(engine, { flowId, route: '<sip:edge.example;lr>' });
  const request = await peer.next();
  t.match(request, { method: 'OPTIONS', uri: 'sip:pbx@192.168.1.9', cseq: 1, cseqMethod: 'OPTIONS', toTag: '' });
  t.match(request.header('via'), new RegExp(`^SIP/2\\.0/UDP 127\\.0\\.0\\.1:${udpPort};rport;branch=z9hG4bK`));
  t.match(request.header('from'), new RegExp(`^<sip:127\\.0\\.0\\.1:${udpPort}>;tag=[0-9a-f]+$`));
  t.equal(request.header('to'), '<sip:pbx@192.168.1.9>');
  t.equal(request.header('route'), '<sip:edge.example;lr>');
  t.equal(request.header('max-forwards'), '70');
  t.equal(request.header('user-agent'), 'didfarm');
  t.match(request.callId, /./);
  peer.send(answerText(request, 100));
  peer.send(answerText(request, 404));
  const got = await result;
  t.match(got, { kind: 'response', status: 404 });
  t.ok(got.kind === 'response' && got.rttMs >= 0 && got.rttMs < 1000);
  t.strictSame(engine.stats.transactions, { ict: 0, nict: 0, ist: 0, nist: 0 });
  t.equal(counts.get('timeouts '), undefined);
});

t.test(
  'two probes of one peer have branches and Call-IDs of their own, and a late second answer means nothing',
  async (t) => {
    const { engine, udpPort } = await startEngine(t);
    const peer = await udpPeer(t, udpPort);
    const flowId = `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}`;
    const first = probe(engine, { flowId });
    const one = await peer.next();
    const second = probe(engine, { flowId });
    const two = await peer.next();
    t.not(one.header('via'), two.header('via'));
    t.not(one.callId, two.callId);
    peer.send(answerText(two, 200));
    t.match(await second, { status: 200 });
    peer.send(answerText(two, 500));
    peer.send(answerText(one, 486));
    t.match(await first, { status: 486 });
  },
);

t.test('over UDP a silent peer is asked again, then the probe has timed out', async (t) => {
  const clock = createFakeClock();
  const { engine, udpPort, counts } = await startEngine(t, {}, {}, { clock });
  const peer = await udpPeer(t, udpPort);
  const flowId = `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}`;
  const result = probe(engine, { flowId, timeoutMs: 6 * T1_MS });
  const first = await peer.next();
  for (const pauseMs of [T1_MS, 2 * T1_MS]) {
    clock.advance(pauseMs + SWEEP_MS);
    t.same((await peer.next()).raw, first.raw);
  }
  clock.advance(3 * T1_MS + SWEEP_MS);
  t.strictSame(await result, { kind: 'timeout' });
  t.equal(counts.get('retransmissions_out '), 2);
  t.equal(counts.get('timeouts '), 1);
});

t.test('an answer from another address is not believed', async (t) => {
  const clock = createFakeClock();
  const { engine, udpPort } = await startEngine(t, {}, {}, { clock });
  const peer = await udpPeer(t, udpPort);
  // The probe goes to 127.0.0.2, where nobody is; what the PBX at 127.0.0.1 sends is no answer of that one.
  const asked = probe(engine, { flowId: `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}` });
  const seen = await peer.next();
  const elsewhere = probe(engine, { flowId: `udp/127.0.0.1:${udpPort}/127.0.0.2:${peer.port}`, timeoutMs: 300 });
  peer.send(answerText(seen, 200).replace(/(branch=z9hG4bKprobe[0-9a-f]+\.)1/, '$12'));
  peer.send(requestText('INFO'));
  t.equal((await peer.next()).cseqMethod, 'INFO', 'what was sent before it has been read');
  clock.advance(300 + SWEEP_MS);
  t.strictSame(await elsewhere, { kind: 'timeout' });
  peer.send(answerText(seen, 200));
  t.match(await asked, { status: 200 });
});

t.test('over a connection a probe is sent once, and its end is told at once', async (t) => {
  const clock = createFakeClock();
  const { engine, tcpPort } = await startEngine(t, {}, {}, { clock });
  let flowId = '';
  engine.onRequest('REGISTER', (request) => {
    flowId = request.flowId;
    return { status: 200, lines: [] };
  });
  const peer = await tcpPeer(t, tcpPort);
  peer.send(requestText('REGISTER'));
  await peer.next();
  const answered = probe(engine, { flowId });
  peer.send(answerText(await peer.next(), 200));
  t.match(await answered, { status: 200 });
  const silent = probe(engine, { flowId, timeoutMs: 6 * T1_MS });
  const sent = await peer.next();
  clock.advance(6 * T1_MS + SWEEP_MS);
  t.strictSame(await silent, { kind: 'timeout' });
  const waiting = probe(engine, { flowId });
  t.not((await peer.next()).callId, sent.callId, 'once');
  peer.close();
  t.strictSame(await waiting, { kind: 'failed', reason: 'flow_closed' });
  t.strictSame(await probe(engine, { flowId }), { kind: 'failed', reason: 'flow_closed' });
});

t.test('text that would become another header is not sent, and closing the engine ends what waits', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  const peer = await udpPeer(t, udpPort);
  const flowId = `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}`;
  t.match(await probe(engine, { flowId, uri: 'sip:a\r\nX: y' }), { kind: 'failed' });
  t.match(await probe(engine, { flowId, route: '<sip:a>\r\nX: y' }), { kind: 'failed' });
  const waiting = probe(engine, { flowId });
  await peer.next();
  await engine.close();
  t.strictSame(await waiting, { kind: 'failed', reason: 'engine_closed' });
});
