import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { createEngine } from './engine.ts';
import { type Peer, requestText, startEngine, T1_MS, tcpPeer, udpPeer } from './engine-test-peer.ts';
import { createNullCounters, createNullLogger, createSystemClock, createSystemRandom } from './system-ports.ts';
import { createFakeClock } from './timer/index.ts';

/** A request that is always answered: when its answer is there, everything sent before was worked off. */
async function barrier(peer: Peer): Promise<void> {
  peer.send(requestText('BARRIER'));
  const answer = await peer.next();
  if (answer.cseqMethod !== 'BARRIER') throw new Error(`unexpected ${answer.status} to ${answer.cseqMethod}`);
}

t.test('the direct lane answers over UDP and TCP from slices of the request', async (t) => {
  const { engine, udpPort, tcpPort } = await startEngine(t);
  engine.onRequest('REGISTER', (request) => ({
    status: 200,
    lines: [`Contact: ${request.message.header('contact')};expires=60`, `X-Seen: ${request.transport} ${request.uri}`],
  }));
  for (const [transport, peer] of [
    ['udp', await udpPeer(t, udpPort)],
    ['tcp', await tcpPeer(t, tcpPort)],
  ] as const) {
    const more = { Contact: '<sip:a@192.0.2.1>', 'Call-ID': 'c1', v: 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKsecond' };
    peer.send(requestText('REGISTER', more));
    const answer = await peer.next();
    t.match(answer, { status: 200, reason: 'OK', callId: 'c1', fromTag: 'ft1', cseq: 1, cseqMethod: 'REGISTER' });
    t.match(answer.toTag, /^s[0-9a-z]+$/);
    t.equal(answer.topVia.params.get('rport'), String(peer.port));
    t.equal(answer.topVia.params.get('received'), '127.0.0.1');
    t.equal(answer.headerLines('via')[1], 'SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKsecond');
    t.same(answer.headerLines('contact'), ['<sip:a@192.0.2.1>;expires=60']);
    t.equal(answer.header('x-seen'), `${transport} sip:bob@example.com`);
  }
  t.same(engine.stats.transactions, { ict: 0, nict: 0, ist: 0, nist: 0 });
});

t.test('repeats reach the handler again and get the same To tag', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  let calls = 0;
  engine.onRequest('OPTIONS', () => {
    calls++;
    return { status: 200, lines: [] };
  });
  const peer = await udpPeer(t, udpPort);
  const text = requestText('OPTIONS');
  peer.send(text);
  peer.send(text);
  t.equal((await peer.next()).toTag, (await peer.next()).toTag);
  t.equal(calls, 2);
});

t.test('the handler sees source, flow and message, and may stay silent', async (t) => {
  const { engine, tcpPort } = await startEngine(t);
  let seen = '';
  engine.onRequest('OPTIONS', (request) => {
    seen = `${request.method} ${request.sourceAddress} ${request.sourcePort} ${request.localAddress} ${request.localPort}`;
    t.ok(engine.isFlowOpen(request.flowId));
    return undefined;
  });
  const peer = await tcpPeer(t, tcpPort);
  peer.send(requestText('OPTIONS'));
  await barrier(peer);
  t.equal(seen, `OPTIONS 127.0.0.1 ${peer.port} 127.0.0.1 ${tcpPort}`);
});

t.test('a request inside a dialog never reaches the direct lane', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  engine.onRequest('OPTIONS', () => t.fail('in a dialog') as unknown as undefined);
  const peer = await udpPeer(t, udpPort);
  peer.send(requestText('OPTIONS', { To: '<sip:bob@example.com>;tag=x' }));
  t.equal((await peer.next()).status, 481);
});

t.test('a handler that throws, or answers what would break out of its line, gives one 500 and one error', async (t) => {
  const { engine, udpPort, errors } = await startEngine(t);
  const bad = [
    () => {
      throw new Error('handler');
    },
    () => ({ status: 200, lines: ['X: a\r\nInjected: yes'] }),
    () => ({ status: 200, reason: 'OK\r\n', lines: [] }),
    () => ({ status: 100, lines: [] }),
  ];
  const peer = await udpPeer(t, udpPort);
  for (const handler of bad) {
    engine.onRequest('OPTIONS', handler);
    peer.send(requestText('OPTIONS'));
    const answer = await peer.next();
    t.equal(answer.status, 500);
    t.equal(answer.header('injected'), undefined);
  }
  t.equal(errors.length, bad.length);
});

t.test('the pre-filter decides before anything is parsed or answered', async (t) => {
  const { engine, udpPort, counts } = await startEngine(t, { agent: 'didfarm' });
  const asked: string[] = [];
  engine.setPreFilter((source, transport, method, userAgent) => {
    asked.push(`${source} ${transport} ${method} ${userAgent}`);
    if (userAgent === 'friendly-scanner') return 'drop';
    return userAgent === 'busy' ? { status: 503, retryAfterSec: 1.2 } : 'pass';
  });
  engine.onRequest('OPTIONS', () => ({ status: 200, lines: [] }));
  const peer = await udpPeer(t, udpPort);
  peer.send(requestText('OPTIONS', { 'User-Agent': 'friendly-scanner' }));
  peer.send(requestText('INVITE', { 'USER-AGENT': ' friendly-scanner ', From: '' }));
  peer.send(requestText('ACK', { 'User-Agent': 'busy' }));
  peer.send(requestText('INVITE', { 'User-Agent': 'busy' }));
  const refused = await peer.next();
  t.match(refused, { status: 503, cseqMethod: 'INVITE' });
  t.same([refused.header('retry-after'), refused.header('server')], ['2', 'didfarm']);
  peer.send(requestText('OPTIONS'));
  t.equal((await peer.next()).status, 200);
  t.same(asked, [
    '127.0.0.1 udp OPTIONS friendly-scanner',
    '127.0.0.1 udp INVITE friendly-scanner',
    '127.0.0.1 udp ACK busy',
    '127.0.0.1 udp INVITE busy',
    '127.0.0.1 udp OPTIONS ',
  ]);
  t.equal(counts.get('dropped pre_filter'), 4);
  t.equal(engine.stats.transactions.ist, 0, 'no transaction for what is refused');
});

t.test('malformed requests get what they deserve, without a transaction; responses and ACKs nothing', async (t) => {
  const { engine, udpPort, counts } = await startEngine(t);
  const peer = await udpPeer(t, udpPort);
  const cases: readonly (readonly [text: string, status: number, reason: RegExp])[] = [
    [requestText('OPTIONS', { From: '' }), 400, /./],
    [requestText('OPTIONS', { CSeq: '1 INVITE' }), 400, /./],
    [requestText('INVITE').replace('SIP/2.0\r\n', 'SIP/7.0\r\n'), 505, /Version/],
    [requestText('OPTIONS', { 'Content-Length': '99' }), 400, /./],
  ];
  for (const [text, status, reason] of cases) {
    peer.send(text);
    const answer = await peer.next();
    t.equal(answer.status, status);
    t.match(answer.reason, reason);
  }
  for (const silent of [
    'garbage',
    '\r\n\r\n',
    requestText('ACK', { From: '' }),
    requestText('OPTIONS', { From: '' }).replace('OPTIONS sip:bob@example.com SIP/2.0', 'SIP/2.0 200 OK'),
  ]) {
    peer.send(silent);
  }
  await barrier(peer);
  t.equal(peer.waiting, 0);
  t.ok([...counts].some(([name]) => name.startsWith('parse_errors')));
  t.equal(engine.stats.transactions.ist, 0);
});

t.test(
  'a malformed known header is a 400 that names it, before app or direct handler; what ends a call passes',
  async (t) => {
    const { engine, udpPort, counts } = await startEngine(t);
    let seen = 0;
    engine.onRequest('REGISTER', () => {
      seen++;
      return { status: 200, lines: [] };
    });
    const peer = await udpPeer(t, udpPort);
    for (const [text, reason] of [
      [requestText('REGISTER', { Expires: '0xe' }), 'Bad Expires Header'],
      [requestText('REGISTER', { Contact: '<sip:a@h', 'Call-ID': 'x' }), 'Bad Contact Header'],
      [requestText('INVITE', { Contact: 'sip:a b@h' }), 'Bad Contact Header'],
      [requestText('INFO', { To: '<sip:bob@example.com>;tag=x', 'Record-Route': '<sip:>' }), 'Bad Record-Route Header'],
      [requestText('OPTIONS').replace('sip:bob@example.com SIP', 'sip:bob@exa_!mple.com SIP'), 'Bad Request-URI'],
    ] as const) {
      peer.send(text);
      t.match(await peer.next(), { status: 400, reason });
    }
    t.same([seen, counts.get('parse_errors bad_header'), engine.stats.transactions.ist], [0, 4, 0]);
    peer.send(requestText('BYE', { To: '<sip:bob@example.com>;tag=x', Contact: 'sip:a b@h' }));
    t.equal((await peer.next()).status, 481);
  },
);

t.test('a connection filter refuses before the handshake, by source and transport', async (t) => {
  const { engine, udpPort, tcpPort, counts } = await startEngine(t);
  const asked: string[] = [];
  engine.setConnectionFilter((source, transport) => {
    asked.push(`${source} ${transport}`);
    return false;
  });
  const refused = connect(tcpPort, '127.0.0.1');
  refused.on('error', () => undefined);
  await once(refused, 'close');
  t.same([asked, counts.get('connections_refused filtered')], [['127.0.0.1 tcp'], 1]);
  await barrier(await udpPeer(t, udpPort));
  engine.setConnectionFilter(() => true);
  await barrier(await tcpPeer(t, tcpPort));
});

t.test('what is too large for a stream is answered 513 and its connection closed', async (t) => {
  const { engine, tcpPort } = await startEngine(t);
  const closed = new Promise<string>((resolve) => engine.onFlowClosed((_, reason) => resolve(reason)));
  const peer = await tcpPeer(t, tcpPort);
  peer.send(requestText('MESSAGE', { 'Content-Length': '9999999' }));
  t.equal((await peer.next()).status, 513);
  t.match(await closed, /./);
});

t.test('an INVITE that no app takes gets 100 and a 503 repeated until its ACK', async (t) => {
  const clock = createFakeClock();
  const { engine, udpPort } = await startEngine(t, {}, {}, { clock });
  const peer = await udpPeer(t, udpPort);
  const text = requestText('INVITE', { Via: 'SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKsame', 'Call-ID': 'same' });
  peer.send(text);
  const statuses = [(await peer.next()).status, (await peer.next()).status];
  for (const gapMs of [T1_MS, 2 * T1_MS]) {
    clock.advance(gapMs + 10);
    statuses.push((await peer.next()).status);
  }
  t.same(statuses, [100, 503, 503, 503]);
  t.equal(engine.stats.transactions.ist, 1);
  peer.send(text.replaceAll('INVITE', 'ACK'));
  await barrier(peer);
  clock.advance(5_010);
  t.equal(engine.stats.transactions.ist, 0, 'gone after T4');
});

t.test('a port in use is told in one line', async (t) => {
  const { udpPort } = await startEngine(t);
  const ports = {
    clock: createSystemClock(),
    random: createSystemRandom(),
    counters: createNullCounters(),
    logger: createNullLogger(),
  };
  const second = createEngine({ listen: [{ transport: 'udp', host: '127.0.0.1', port: udpPort }] }, ports);
  await t.rejects(second.start(), {
    code: 'engine_start',
    message: `cannot listen on udp/127.0.0.1:${udpPort}: EADDRINUSE`,
  });
});

t.test('the tap sees what comes in and what goes out, and can be taken off', async (t) => {
  const { engine, udpPort } = await startEngine(t);
  engine.onRequest('OPTIONS', () => ({ status: 200, lines: [] }));
  const seen: string[] = [];
  engine.setTap((direction, bytes, flowId) => seen.push(`${direction} ${bytes.toString().split(' ')[0]} ${flowId}`));
  const peer = await udpPeer(t, udpPort);
  peer.send(requestText('OPTIONS'));
  await peer.next();
  const flowId = `udp/127.0.0.1:${udpPort}/127.0.0.1:${peer.port}`;
  t.same(seen, [`in OPTIONS ${flowId}`, `out SIP/2.0 ${flowId}`]);
  engine.setTap(undefined);
  peer.send(requestText('OPTIONS'));
  await peer.next();
  t.equal(seen.length, 2);
});
