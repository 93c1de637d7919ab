import t from 'tap';
import { REFUSING_PORT, T1_MS } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { settled, testbed, txn } from './call-testbed.ts';
import { requestIn, responseTo, SDP } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';
/** The same INVITE as srf sends it: start line, some headers, a wrong length. */
const invite = (uri: string, lines = '', body = SDP): string =>
  `INVITE ${uri} SIP/2.0\r\n${lines}Content-Length: 1\r\n\r\n${body}`;

t.test('a bare OPTIONS is completed; an INVITE gets a Contact too; MESSAGE and REGISTER do not', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const uri = `sip:b@127.0.0.1:${peer.port};x=%41`;
  for (const [method, hasContact] of [
    ['OPTIONS', false],
    ['MESSAGE', false],
    ['REGISTER', false],
    ['INVITE', true],
    ['SUBSCRIBE', true],
  ] as const) {
    const echo = await app.ask('sip||', `${method} ${uri} SIP/2.0\r\n${END}`);
    const sent = await peer.next();
    t.equal(sent.uri, uri, 'byte for byte');
    t.equal(echo.sip, sent.raw.toString());
    t.same(echo.tokens.slice(3, 5), ['OK', 'application']);
    t.same(echo.tokens.slice(6, 9), ['udp', '127.0.0.1', String(udpPort)]);
    t.match(echo.tokens[10], /^[0-9a-f-]{36}$/);
    t.same(echo.tokens.slice(11), ['Msg sent:', '']);
    t.match(sent.raw.toString(), /^\S+ \S+ SIP\/2\.0\r\nVia: SIP\/2\.0\/UDP 127\.0\.0\.1:\d+;rport;branch=z9hG4bK/);
    t.equal(sent.header('max-forwards'), '70');
    t.match(sent.header('from'), new RegExp(`^<sip:127\\.0\\.0\\.1:${udpPort}>;tag=\\w{13}$`));
    t.equal(sent.header('to'), `<sip:b@127.0.0.1:${peer.port}>`);
    t.match(sent.callId, /^[0-9a-f-]{36}$/);
    t.equal(sent.cseqMethod, method);
    t.equal(sent.header('contact') !== undefined, hasContact, method);
    peer.send(responseTo(sent, 100));
    peer.send(responseTo(sent, 404, { tag: 'x' }));
    const answer = await app.next();
    t.match(answer.sip, /^SIP\/2\.0 404/, 'no 100');
    t.equal(txn(answer), echo.tokens[10]);
    t.same(answer.tokens.slice(4, 7), ['udp', '127.0.0.1', String(peer.port)]);
    t.equal(answer.tokens[9] !== '', hasContact);
    if (method === 'INVITE') t.equal((await peer.next()).method, 'ACK');
  }
});

t.test('what the app gives is kept, @localhost is us, Route stays, Via and Record-Route go', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const lines = [
    'from: "Al" <sip:1000@localhost>;tag=mine',
    'contact: sip:1000@localhost',
    'Call-ID: my-call',
    'CSeq: 4711 INVITE',
    'Max-Forwards: 9',
    'Via: SIP/2.0/UDP evil',
    'Record-Route: <sip:evil>',
    `Route: <sip:127.0.0.1:${peer.port};lr>`,
    'X-foo-BAR: ä',
    '',
  ].join('\r\n');
  const echo = await app.ask('sip||', invite('sip:b@somewhere.invalid', lines));
  const sent = await peer.next();
  t.equal(sent.header('from'), `"Al" <sip:1000@127.0.0.1:${udpPort}>;tag=mine`);
  t.equal(sent.header('contact'), `<sip:1000@127.0.0.1:${udpPort}>`);
  t.match(sent, { callId: 'my-call', cseq: 4711 });
  t.equal(sent.header('max-forwards'), '9');
  t.notMatch(sent.raw.toString(), /evil/);
  t.equal(sent.header('route'), `<sip:127.0.0.1:${peer.port};lr>`);
  t.equal(sent.header('content-type'), 'application/sdp');
  t.match(sent.raw.toString(), /\r\nX-foo-BAR: ä\r\n/);
  t.ok(echo.tokens.includes('OK'));
});

t.test('a route URI decides where to, in any form, and is seen in no header', async (t) => {
  const { app, peer } = await testbed(t);
  for (const route of [`sip:127.0.0.1:${peer.port}`, `127.0.0.1:${peer.port}`, `<sip:127.0.0.1:${peer.port};lr>`]) {
    await app.ask(`sip|||${route}`, `OPTIONS sip:b@192.0.2.77 SIP/2.0\r\n${END}`);
    const sent = await peer.next();
    t.equal(sent.uri, 'sip:b@192.0.2.77', route);
    t.equal(sent.header('route'), undefined);
    peer.send(responseTo(sent, 200));
    await app.next();
  }
});

t.test('what cannot be sent is refused with the words applications know', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const good = `sip:b@127.0.0.1:${peer.port}`;
  for (const [lead, text, reason] of [
    ['sip||', `INVITE not-a-uri SIP/2.0\r\n${END}`, 'invalid request-uri: INVITE not-a-uri SIP/2.0'],
    ['sip||', `invite ${good} SIP/2.0\r\n${END}`, `invalid request-uri: invite ${good} SIP/2.0`],
    ['sip||', `OPTIONS sip:x@127.0.0.1:${udpPort} SIP/2.0\r\n${END}`, 'can not send request to myself'],
    ['sip||', `OPTIONS ${good};transport=tls SIP/2.0\r\n${END}`, 'requested protocol/transport not available'],
    ['sip||', 'OPTIONS sip:x@[2001:db8::1] SIP/2.0\r\n\r\n', 'requested protocol/transport not available'],
    ['sip||', `MESSAGE ${good} SIP/2.0\r\n\r\nhello`, 'missing content-type'],
    ['sip||', 'OPTIONS tel:+31201234567 SIP/2.0\r\n\r\n', 'Error creating leg'],
    [
      'sip||',
      `OPTIONS ${good} SIP/2.0\r\nSubject: a\rInjected: b\r\n\r\n`,
      'Error creating sip transaction for uac request: Subject',
    ],
    ['sip|nope|', `CANCEL ${good} SIP/2.0\r\n\r\n`, 'unable to cancel unknown transaction id: nope'],
    ['sip||a;from-tag=b', `INFO ${good} SIP/2.0\r\n\r\n`, 'Server error: unable to find dialog for dialog id provided'],
  ] as const) {
    t.same((await app.ask(lead, text)).tokens.slice(3), ['NOK', reason], reason);
  }
  t.equal(peer.waiting, 0);
});

t.test('the echo comes first, then a local final: 408 after silence, 503 when refused', async (t) => {
  const clock = createFakeClock();
  const { app, peer } = await testbed(t, {}, { clock });
  const echo = await app.ask('sip||', `OPTIONS sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${END}`);
  clock.advance(64 * T1_MS + 10);
  const timeout = await app.next();
  t.match(timeout.sip, /^SIP\/2\.0 408 Request Timeout\r\n[\s\S]*\r\nTo: [^\r]*;tag=/);
  t.equal(txn(timeout), echo.tokens[10]);
  t.equal(timeout.tokens[3], '0');
  const tcp = await app.ask('sip||', `OPTIONS sip:b@127.0.0.1:${REFUSING_PORT};transport=tcp SIP/2.0\r\n${END}`);
  t.equal(tcp.tokens[3], 'OK');
  t.match((await app.next()).sip, /^SIP\/2\.0 503 Service Unavailable/);
});

t.test('a call: provisionals, 200, ACK by the app, a repeated 200 gets the same ACK, BYE', async (t) => {
  const { app, peer, engine } = await testbed(t);
  const echo = await app.ask(
    'sip||',
    invite(`sip:b@127.0.0.1:${peer.port}`, 'from: <sip:a@localhost>;tag=mine\r\nCall-ID: oc\r\n'),
  );
  const sent = await peer.next();
  const id = 'oc;from-tag=mine';
  peer.send(responseTo(sent, 180, { tag: 'b1' }));
  peer.send(responseTo(sent, 180, { tag: 'b2' }));
  for (const _ of [1, 2]) t.equal((await app.next()).tokens[9], id);
  t.equal(engine.stats.dialogs, 2, 'two early branches');
  const contact = `<sip:b@127.0.0.1:${peer.port};gr=1>`;
  const ok = responseTo(sent, 200, { tag: 'b1', contact, body: SDP });
  peer.send(ok);
  const answer = await app.next();
  t.equal(txn(answer), echo.tokens[10]);
  t.equal(answer.tokens[9], id);
  peer.send(ok);
  await settled(peer);
  t.equal(engine.stats.dialogs, 1);
  const ackEcho = await app.ask(`sip||${id}`, `ACK sip:whatever SIP/2.0\r\nContent-Length: 0\r\n\r\n${SDP}`);
  t.equal(ackEcho.tokens[3], 'OK');
  const ack = await peer.next();
  t.match(ack, { method: 'ACK', uri: `sip:b@127.0.0.1:${peer.port};gr=1`, cseq: sent.cseq, toTag: 'b1' });
  t.equal(ack.header('content-type'), 'application/sdp');
  t.equal(ack.body.toString(), SDP);
  peer.send(ok);
  t.same((await peer.next()).raw, ack.raw);
  // A fork that answers late is acknowledged and hung up here; the app hears nothing.
  peer.send(responseTo(sent, 200, { tag: 'b3', contact }));
  t.match(await peer.next(), { method: 'ACK', toTag: 'b3' });
  const unwanted = await peer.next();
  t.match(unwanted, { method: 'BYE', toTag: 'b3' });
  peer.send(responseTo(unwanted, 200));
  t.ok(await app.idle());
  await app.ask(`sip||${id}`, `BYE sip:placeholder SIP/2.0\r\n${END}`);
  const bye = await peer.next();
  t.match(bye, { method: 'BYE', cseq: sent.cseq + 1, toTag: 'b1' });
  peer.send(responseTo(bye, 401));
  await app.next();
  t.equal(engine.stats.dialogs, 1, 'kept for the retry with credentials');
  await app.ask(`sip||${id}`, `BYE sip:placeholder SIP/2.0\r\n${END}`);
  peer.send(responseTo(await peer.next(), 200));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  t.equal(engine.stats.dialogs, 0);
});

t.test('RFC 3261 15.1.1: a challenged BYE that is not repeated, or challenged again, leaves no dialog', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine } = await testbed(t, {}, { clock });
  for (const [callId, tries] of [
    ['once', 1],
    ['twice', 2],
  ] as const) {
    const lines = `from: <sip:a@localhost>;tag=mine\r\nCall-ID: ${callId}\r\n`;
    await app.ask('sip||', invite(`sip:b@127.0.0.1:${peer.port}`, lines));
    const contact = `<sip:b@127.0.0.1:${peer.port}>`;
    peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact, body: SDP }));
    await app.next();
    const id = `${callId};from-tag=mine`;
    await app.ask(`sip||${id}`, `ACK sip:x SIP/2.0\r\n${END}`);
    await peer.next();
    for (let index = 0; index < tries; index += 1) {
      await app.ask(`sip||${id}`, `BYE sip:x SIP/2.0\r\n${END}`);
      peer.send(responseTo(await peer.next(), 407));
      await app.next();
    }
    t.equal(engine.stats.dialogs, tries === 1 ? 1 : 0);
    clock.advance(64 * T1_MS + 100);
    t.equal(engine.stats.dialogs, 0);
  }
});

t.test('CANCEL is held for a provisional, carries Reason, and a crossing 200 is acknowledged and ended', async (t) => {
  const clock = createFakeClock();
  const { app, peer } = await testbed(t, {}, { clock });
  const echo = await app.ask(
    'sip||',
    invite(`sip:b@127.0.0.1:${peer.port}`, 'Call-ID: cr\r\nfrom: <sip:a@h>;tag=f\r\n'),
  );
  const sent = await peer.next();
  const cancelEcho = await app.ask(
    `sip|${echo.tokens[10]}|`,
    `CANCEL sip:x SIP/2.0\r\nReason: SIP;cause=200\r\nX-Why: y\r\nFrom: <sip:evil>\r\n${END}`,
  );
  t.equal(cancelEcho.tokens[3], 'OK');
  t.match(cancelEcho.sip, /^CANCEL [\s\S]*\r\nReason: SIP;cause=200\r\n/);
  clock.advance(T1_MS + 10);
  const repeated = await peer.next();
  t.equal(repeated.method, 'INVITE', 'no CANCEL before a provisional');
  peer.send(responseTo(sent, 180, { tag: 'b' }));
  t.match((await app.next()).sip, /^SIP\/2\.0 180/);
  const cancel = await peer.next();
  t.match(cancel, { method: 'CANCEL', cseq: sent.cseq });
  t.equal(cancel.topVia.branch, sent.topVia.branch);
  t.equal(cancel.header('reason'), 'SIP;cause=200');
  t.equal(cancel.header('x-why'), 'y');
  t.notMatch(cancel.raw.toString(), /evil/);
  peer.send(responseTo(cancel, 200));
  peer.send(responseTo(sent, 200, { tag: 'b', contact: `<sip:b@127.0.0.1:${peer.port}>` }));
  t.match((await app.next()).sip, /^SIP\/2\.0 200/);
  await app.ask('sip||cr;from-tag=f', `ACK sip:x SIP/2.0\r\n${END}`);
  t.equal((await peer.next()).method, 'ACK');
  const bye = await peer.next();
  t.equal(bye.method, 'BYE');
  t.match(bye.header('reason'), /cancel race condition/);
  const told = await app.next();
  t.equal(told.tokens[8], 'unsolicited');
  peer.send(responseTo(bye, 200));
});

t.test("ACK after a failure is the engine's: nothing goes out, and the app is told so", async (t) => {
  const { app, peer } = await testbed(t);
  await app.ask('sip||', invite(`sip:b@127.0.0.1:${peer.port}`, 'Call-ID: af\r\nfrom: <sip:a@h>;tag=f\r\n'));
  peer.send(responseTo(await peer.next(), 486, { tag: 'b' }));
  t.equal((await peer.next()).method, 'ACK');
  await app.next();
  const answer = await app.ask('sip||af;from-tag=f', `ACK sip:x SIP/2.0\r\n${END}`);
  t.same(answer.tokens.slice(3), [
    'NOK',
    'Server error: ACK for non-success final response is automatically generated by server',
  ]);
  t.equal(peer.waiting, 0);
});

t.test('reliable provisionals come once and in order; PRACK goes to their branch', async (t) => {
  const { app, peer } = await testbed(t);
  await app.ask(
    'sip||',
    invite(`sip:b@127.0.0.1:${peer.port}`, 'Call-ID: rp\r\nfrom: <sip:a@h>;tag=f\r\nSupported: 100rel\r\n'),
  );
  const sent = await peer.next();
  const reliable = (rseq: number) =>
    responseTo(sent, 183, {
      tag: 'b',
      contact: `<sip:b@127.0.0.1:${peer.port};x>`,
      lines: ['Require: 100rel', `RSeq: ${rseq}`],
    });
  for (const rseq of [5, 5, 7, 6]) peer.send(reliable(rseq));
  t.match((await app.next()).sip, /\r\nRSeq: 5\r\n/);
  t.match((await app.next()).sip, /\r\nRSeq: 6\r\n/);
  t.ok(await app.idle());
  const echo = await app.ask('sip||rp;from-tag=f', `PRACK sip:x SIP/2.0\r\nRAck: 6 ${sent.cseq} INVITE\r\n${END}`);
  t.equal(echo.tokens[3], 'OK');
  const prack = await peer.next();
  t.match(prack, { method: 'PRACK', uri: `sip:b@127.0.0.1:${peer.port};x`, toTag: 'b', cseq: sent.cseq + 1 });
  peer.send(responseTo(prack, 200));
  const answer = await app.next();
  t.equal(txn(answer), echo.tokens[10]);
  peer.send(requestIn(earlyAnswer(sent.raw.toString(), peer.port), 'UPDATE', 1));
  const update = await app.next();
  t.match(update.sip, /^UPDATE /);
  t.equal(update.tokens[9], 'rp;from-tag=f');

  function earlyAnswer(text: string, port: number): Parameters<typeof requestIn>[0] {
    const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    // The callee's view: From and To change places.
    return {
      callId: header('Call-ID'),
      header: (name: string) =>
        ({ from: `${header('To')};tag=b`, to: header('From'), contact: `<sip:x@127.0.0.1:${port}>` })[name],
    } as Parameters<typeof requestIn>[0];
  }
});
