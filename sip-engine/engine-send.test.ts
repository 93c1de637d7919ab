import t from 'tap';
import { REFUSING_PORT, requestText, startEngine, T1_MS, tcpPeer, udpPeer } from './engine-test-peer.ts';
import type { SipMessage } from './message/index.ts';
import { createFakeClock } from './timer/index.ts';
import type { EngineRequest, EngineResult, SipEngine } from './types.ts';

function send(engine: SipEngine, request: EngineRequest): Promise<EngineResult> {
  return new Promise((resolve) => engine.send(request, resolve));
}

/** The peer's response, as text. */
function answerText(request: SipMessage, status: number): string {
  const lines = ['via', 'from', 'to', 'call-id', 'cseq'].map((name) => `${name}: ${request.header(name)}\r\n`).join('');
  return `SIP/2.0 ${status} Whatever\r\n${lines}Content-Length: 0\r\n\r\n`;
}

t.test('a probe goes to its URI with every header RFC 3261 demands, and its 200 comes back timed', async (t) => {
  const { engine, udpPort } = await startEngine(t, { agent: 'didfarm' });
  const peer = await udpPeer(t, udpPort);
  const result = send(engine, {
    method: 'OPTIONS',
    uri: `sip:ping@127.0.0.1:${peer.port}`,
    headers: [
      ['From', '<sip:ping@localhost>'],
      ['Contact', '<sip:ping@localhost>'],
    ],
  });
  const request = await peer.next();
  t.match(request, { method: 'OPTIONS', uri: `sip:ping@127.0.0.1:${peer.port}`, cseqMethod: 'OPTIONS', toTag: '' });
  t.match(request.header('via'), new RegExp(`^SIP/2\\.0/UDP 127\\.0\\.0\\.1:${udpPort};rport;branch=z9hG4bK`));
  t.match(request.header('from'), new RegExp(`^<sip:ping@127\\.0\\.0\\.1:${udpPort}>;tag=[0-9a-f]+$`));
  t.equal(request.header('contact'), `<sip:ping@127.0.0.1:${udpPort}>`);
  t.equal(request.header('max-forwards'), '70');
  t.equal(request.header('user-agent'), 'didfarm');
  t.match(request.callId, /./);
  peer.send(answerText(request, 100));
  peer.send(answerText(request, 200));
  const got = await result;
  t.match(got, { kind: 'response', status: 200 });
  t.ok(got.kind === 'response' && got.rttMs >= 0 && got.rttMs < 1000);
});

t.test('over UDP a silent peer is asked again at T1, 3*T1 … and the result is a timeout', async (t) => {
  const clock = createFakeClock();
  const { engine, udpPort, counts } = await startEngine(t, {}, {}, { clock });
  const peer = await udpPeer(t, udpPort);
  const uri = `sip:127.0.0.1:${peer.port}`;
  const result = send(engine, { method: 'OPTIONS', uri, timeoutMs: 6 * T1_MS });
  const first = await peer.next();
  const repeats = (): number => counts.get('retransmissions_out ') ?? 0;
  for (const [i, pauseMs] of [T1_MS, 2 * T1_MS].entries()) {
    clock.advance(pauseMs - 20);
    t.equal(repeats(), i, 'not yet');
    clock.advance(30);
    t.same((await peer.next()).raw, first.raw);
  }
  clock.advance(3 * T1_MS);
  t.same(await result, { kind: 'timeout' });
  t.equal(repeats(), 2);
});

t.test('a flow id beats the URI, as field and as parameter of the route', async (t) => {
  const { engine, tcpPort } = await startEngine(t);
  const flows: string[] = [];
  engine.onRequest('REGISTER', (request) => {
    flows.push(request.flowId);
    return { status: 200, lines: [] };
  });
  const peers = [await tcpPeer(t, tcpPort), await tcpPeer(t, tcpPort)] as const;
  for (const peer of peers) {
    peer.send(requestText('REGISTER', { Contact: '<sip:same@10.255.255.1>' }));
    await peer.next();
  }
  const uri = 'sip:same@10.255.255.1';
  for (const [i, peer] of peers.entries()) {
    const flowId = flows[i] ?? '';
    for (const way of [{ flowId }, { routeUri: `sip:10.255.255.1;flow=${encodeURIComponent(flowId)}` }]) {
      const result = send(engine, { method: 'OPTIONS', uri, ...way });
      const request = await peer.next();
      t.equal(request.uri, uri);
      t.notMatch(request.raw.toString(), 'flow=');
      peer.send(answerText(request, 200));
      t.match(await result, { kind: 'response', status: 200 });
    }
  }
});

t.test('a closed flow fails at once, before and while waiting', async (t) => {
  const { engine, tcpPort } = await startEngine(t);
  let flowId = '';
  engine.onRequest('REGISTER', (request) => {
    flowId = request.flowId;
    return { status: 200, lines: [] };
  });
  const closed = new Promise<string>((resolve) => engine.onFlowClosed((id) => resolve(id)));
  const peer = await tcpPeer(t, tcpPort);
  peer.send(requestText('REGISTER'));
  await peer.next();
  t.ok(engine.isFlowOpen(flowId));
  t.equal(engine.stats.connections, 1);
  engine.holdFlow(flowId);
  engine.releaseFlow(flowId);
  engine.holdFlow('tcp/unknown');
  const waiting = send(engine, { method: 'OPTIONS', uri: 'sip:a@10.255.255.1', flowId });
  await peer.next();
  peer.close();
  t.same(await waiting, { kind: 'failed', reason: 'flow_closed' });
  t.equal(await closed, flowId);
  t.notOk(engine.isFlowOpen(flowId));
  t.same(await send(engine, { method: 'OPTIONS', uri: 'sip:a@10.255.255.1', flowId }), {
    kind: 'failed',
    reason: 'flow_closed',
  });
});

t.test('the next target is tried after a 503, a refused connection and a silent one (RFC 3263 4.3)', async (t) => {
  const busy = { transport: 'udp' as const, address: '127.0.0.1', port: 0 };
  const targets = [busy];
  const { engine, udpPort } = await startEngine(t, {}, { createResolve: () => (_, done) => done(targets) });
  const first = await udpPeer(t, udpPort);
  const second = await udpPeer(t, udpPort);
  targets.splice(
    0,
    1,
    { ...busy, port: first.port },
    { transport: 'tcp' as never, address: '127.0.0.1', port: REFUSING_PORT },
    { ...busy, port: second.port },
  );
  const result = send(engine, { method: 'OPTIONS', uri: 'sip:any.example' });
  first.send(answerText(await first.next(), 503));
  const request = await second.next();
  second.send(answerText(request, 204));
  t.match(await result, { kind: 'response', status: 204 });
});

t.test('what cannot be sent fails with its reason', async (t) => {
  const { engine } = await startEngine(t);
  t.match(await send(engine, { method: 'INVITE', uri: 'sip:127.0.0.1' }), { reason: 'method_not_supported' });
  t.match(await send(engine, { method: 'OPTIONS', uri: 'sip:a@[::1]:5070' }), { kind: 'failed' });
  t.match(await send(engine, { method: 'OPTIONS', uri: 'sip:a\r\nX: y' }), { kind: 'failed' });
  const headers = [['X', 'a\r\nY: b']] as const;
  t.match(await send(engine, { method: 'OPTIONS', uri: 'sip:127.0.0.1:1', headers }), { kind: 'failed' });
});

t.test('closing the engine ends what is waiting, and waits for nothing itself', async (t) => {
  // On a clock that stands still nothing can be waited for.
  const { engine, udpPort, tcpPort } = await startEngine(t, {}, {}, { clock: createFakeClock() });
  const peer = await udpPeer(t, udpPort);
  await tcpPeer(t, tcpPort);
  const waiting = send(engine, { method: 'OPTIONS', uri: `sip:127.0.0.1:${peer.port}` });
  await peer.next();
  await Promise.all([engine.close(), engine.close()]);
  t.same(await waiting, { kind: 'failed', reason: 'engine_closed' });
  t.same(engine.stats.transactions, { ict: 0, nict: 0, ist: 0, nist: 0 });
});
