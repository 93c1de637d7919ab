import t from 'tap';
import { startEngine, T1_MS, udpPeer } from '../engine-test-peer.ts';
import { createFakeClock } from '../timer/index.ts';
import { AppPeer } from './app-peer.ts';
import { answeredCall, answerText, settled, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from './call-text.ts';

const END = 'Content-Length: 0\r\n\r\n';

t.test('requests in a dialog: remote target, route set, tags and numbers are the dialog’s', async (t) => {
  const { app, peer, udpPort } = await testbed(t);
  const proxy = await udpPeer(t, udpPort);
  const lines = 'Call-ID: cr\r\nfrom: "A" <sip:a@h>;tag=mine\r\nCSeq: 7 INVITE\r\n';
  await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${lines}\r\n${SDP}`);
  const invite = await peer.next();
  const routes = [`<sip:far.example;lr>`, `<sip:127.0.0.1:${proxy.port};lr>`];
  const contact = '<sip:b@192.0.2.5:5070;ob>';
  peer.send(responseTo(invite, 200, { tag: 'b', contact, lines: [`Record-Route: ${routes.join(', ')}`], body: SDP }));
  await app.next();
  await app.ask('sip||cr;from-tag=mine', `ACK sip:whatever SIP/2.0\r\n${END}`);
  t.match(await proxy.next(), { method: 'ACK', uri: 'sip:b@192.0.2.5:5070;ob', cseq: 7 });
  for (const [method, seq] of [
    ['INFO', 8],
    ['BYE', 9],
  ] as const) {
    const given = 'Call-ID: other\r\nfrom: <sip:x>\r\nCSeq: 99 X\r\nMax-Forwards: 3\r\nRoute: <sip:evil>\r\n';
    await app.ask('sip||cr;from-tag=mine', `${method} sip:placeholder SIP/2.0\r\n${given}X-Kept: yes\r\n${END}`);
    const sent = await proxy.next();
    t.match(sent, { method, uri: 'sip:b@192.0.2.5:5070;ob', cseq: seq, callId: 'cr', fromTag: 'mine', toTag: 'b' });
    t.same(sent.headerValues('route'), [...routes].reverse());
    t.equal(sent.header('from'), '"A" <sip:a@h>;tag=mine');
    t.equal(sent.header('max-forwards'), '70');
    t.equal(sent.header('x-kept'), 'yes');
    proxy.send(responseTo(sent, 200));
    await app.next();
  }
});

t.test('a BYE that nobody answers ends the dialog with a 408 for the app', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine } = await testbed(t, {}, { clock });
  await answeredCall({ app, peer }, 'bt');
  const echo = await app.ask('sip||bt@test;from-tag=f-bt', `BYE sip:placeholder SIP/2.0\r\n${END}`);
  clock.advance(64 * T1_MS + 10);
  const timeout = await app.next();
  t.match(timeout.sip, /^SIP\/2\.0 408 /);
  t.equal(txn(timeout), echo.tokens[10]);
  t.equal(timeout.tokens[9], 'bt@test;from-tag=f-bt');
  t.equal(engine.stats.dialogs, 0);
});

t.test('an app that does not answer a BYE: dialog and transaction are gone all the same', async (t) => {
  const clock = createFakeClock();
  const { app, peer, engine } = await testbed(t, {}, { clock });
  const ok = await answeredCall({ app, peer }, 'bs');
  peer.send(requestIn(ok, 'BYE', 2));
  const bye = await app.next();
  t.equal(engine.stats.dialogs, 0);
  t.equal(engine.stats.transactions.nist, 1);
  clock.advance(64 * T1_MS + 10);
  t.equal(engine.stats.transactions.nist, 0);
  const late = await app.ask(`sip|${txn(bye)}|`, answerText(bye, 200));
  t.same(late.tokens.slice(3), ['NOK', 'Response not sent due to unknown transaction']);
});

t.test('a second final answer to one INVITE sends nothing', async (t) => {
  const { app, peer } = await testbed(t);
  for (const [name, first] of [
    ['sf1', 200],
    ['sf2', 486],
  ] as const) {
    peer.send(inviteText(name, peer.port));
    const invite = await app.next();
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, first));
    const again = await app.ask(`sip|${txn(invite)}|`, answerText(invite, 603));
    t.equal(again.tokens[3], 'NOK');
    t.equal((await peer.next()).status, 100);
    const final = await peer.next();
    t.equal(final.status, first);
    if (first === 200) {
      peer.send(requestIn(final, 'ACK', 1));
      await app.next();
    }
  }
  await settled(peer);
});

t.test('two INVITEs with one Call-ID and two From tags are two calls', async (t) => {
  const { app, peer, engine } = await testbed(t);
  const ids = ['x', 'y'].map((tag) => ({ tag, id: `same;from-tag=${tag}` }));
  for (const { tag } of ids) {
    const lines = `Call-ID: same\r\nfrom: <sip:a@h>;tag=${tag}\r\n`;
    await app.ask('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${lines}${END}`);
    const contact = `<sip:b@127.0.0.1:${peer.port}>`;
    peer.send(responseTo(await peer.next(), 200, { tag: `r${tag}`, contact }));
    t.equal((await app.next()).tokens[9], `same;from-tag=${tag}`);
  }
  for (const { tag, id } of ids) {
    await app.ask(`sip||${id}`, `ACK sip:x SIP/2.0\r\n${END}`);
    t.match(await peer.next(), { method: 'ACK', fromTag: tag, toTag: `r${tag}` });
  }
  t.equal(engine.stats.dialogs, 2);
});

t.test('a name that DNS does not know: the echo first, then a local 503', async (t) => {
  const nowhere = { createResolve: () => (_uri: string, done: (error: Error) => void) => done(new Error('nowhere')) };
  const { engine } = await startEngine(t, {}, nowhere);
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.ready(t, port);
  const echo = await app.ask('sip||', `OPTIONS sip:b@no.such.example SIP/2.0\r\n${END}`);
  t.equal(echo.tokens[3], 'OK');
  const answer = await app.next();
  t.match(answer.sip, /^SIP\/2\.0 503 DNS Error\r\n/);
  t.equal(txn(answer), echo.tokens[10]);
});

t.test('cdr messages of a call on either side: attempt, start with its role, stop with its reason', async (t) => {
  const { app, peer } = await testbed(t, { cdrs: true });
  const asked = ['cdr:attempt', 'cdr:start', 'cdr:stop'];
  for (const verb of asked) await app.ask(`route|${verb}`);
  const records: string[] = [];
  /** The next frame that is no record; records are kept. */
  const next = async () => {
    for (;;) {
      const input = await app.next();
      const [, type = '', source, , detail = ''] = input.tokens;
      if (!asked.includes(type)) return input;
      t.match(input.tokens[3], /^\d\d:\d\d:\d\d\.\d{6}$/);
      records.push([type.slice(4), source, detail].filter((part) => part !== '').join(' '));
    }
  };
  peer.send(inviteText('cs', peer.port));
  const invite = await next();
  app.send(`sip|${txn(invite)}|`, answerText(invite, 200));
  await next();
  await peer.next();
  const ok = await peer.next();
  peer.send(requestIn(ok, 'ACK', 1));
  await next();
  peer.send(requestIn(ok, 'BYE', 2));
  await next();
  t.same(records.splice(0), ['attempt network', 'start application uas', 'stop network normal-release']);
  app.send('sip||', `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nCall-ID: cc\r\nfrom: <sip:a@h>;tag=f\r\n${END}`);
  await next();
  let out = await peer.next();
  while (out.method !== 'INVITE') out = await peer.next();
  peer.send(responseTo(out, 200, { tag: 'b', contact: `<sip:b@127.0.0.1:${peer.port}>` }));
  await next();
  app.send('sip||cc;from-tag=f', `BYE sip:placeholder SIP/2.0\r\n${END}`);
  await next();
  peer.send(responseTo(await peer.next(), 200));
  await next();
  t.same(records, ['attempt application', 'start network uac', 'stop application normal-release']);
});
