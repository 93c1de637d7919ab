import t from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import { AppPeer } from './app-peer.ts';
import { answerText, testbed, txn } from './call-testbed.ts';
import { inviteText, requestIn } from './call-text.ts';

t.test(
  'what nobody asked for: 501 for a foreign method, 416 for a foreign URI, 420 for an extension, else 503',
  async (t) => {
    const { udpPort } = await startEngine(t, { agent: 'engine/1' });
    const peer = await udpPeer(t, udpPort);
    const ask = async (method: string, lines: readonly string[] = [], uri = 'sip:bob@127.0.0.1') => {
      const text = inviteText(`un${method}${lines.length}${uri.length}`, peer.port, { method, lines });
      peer.send(text.replace('sip:bob@127.0.0.1 ', `${uri} `));
      return peer.next();
    };
    t.match(await ask('DANCE'), { status: 501, reason: 'Not Implemented' });
    t.equal((await ask('DANCE', ['Require: foo'])).status, 501, 'the method is looked at first (RFC 3261 8.2)');
    t.equal((await ask('OPTIONS', [], 'urn:service:sos')).status, 416);
    for (const method of ['OPTIONS', 'MESSAGE', 'REGISTER', 'REFER', 'PUBLISH']) {
      const refused = await ask(method, ['Require: foo, 100rel', 'Require: bar']);
      t.equal(refused.status, 420, method);
      t.equal(refused.header('unsupported'), 'foo, bar');
      t.equal(refused.header('server'), 'engine/1');
      t.equal((await ask(method, ['Require: timer'])).status, 503, method);
    }
    peer.send(inviteText('unI', peer.port, { lines: ['Require: foo'] }));
    t.equal((await peer.next()).status, 100);
    t.equal((await peer.next()).status, 420);
  },
);

t.test(
  'OPTIONS that no app asked for are answered when the engine is told to, and always those of one agent',
  async (t) => {
    const { engine, udpPort } = await startEngine(t, { answerOptions: true, answerOptionsOf: 'watch dog' });
    const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
    const peer = await udpPeer(t, udpPort);
    const app = await AppPeer.ready(t, port, 'invite');
    peer.send(inviteText('ao1', peer.port, { method: 'OPTIONS' }));
    const answer = await peer.next();
    t.equal(answer.status, 200);
    t.match(answer.header('allow'), /\bBYE\b.*\bINVITE\b/);
    t.not(answer.header('accept'), undefined);
    t.not(answer.header('supported'), undefined);
    peer.send(inviteText('ao2', peer.port, { method: 'OPTIONS', lines: ['Require: foo'] }));
    t.equal((await peer.next()).status, 420);
    await app.ask('route|options');
    peer.send(inviteText('ao3', peer.port, { method: 'OPTIONS', lines: ['User-Agent: watch dog'] }));
    t.equal((await peer.next()).status, 200, 'by its User-Agent');
    peer.send(inviteText('ao4', peer.port, { method: 'OPTIONS', lines: ['User-Agent: watch dog 2'] }));
    t.match((await app.next()).sip, /^OPTIONS /);
  },
);

t.test('texts of spam and scans: 603 or silence for new requests, whatever ends a call passes', async (t) => {
  const texts = [
    { header: 'user-agent', text: 'sipcli' },
    { header: 'from', text: '1000' },
  ] as const;
  for (const action of ['reject', 'discard'] as const) {
    const { app, peer } = await testbed(t, { unwanted: { action, texts } });
    for (const [name, from, line] of [
      ['sp1', 'alice', 'User-Agent: a sipcli/v1'],
      ['sp2', '1000', 'User-Agent: phone'],
    ] as const) {
      const request = inviteText(`${action}${name}`, peer.port, { lines: [line] });
      peer.send(request.replace('From: <sip:alice@', `From: <sip:${from}@`));
      if (action === 'reject') t.equal((await peer.next()).status, 603);
    }
    peer.send(inviteText(`${action}sp3`, peer.port, { lines: ['User-Agent: SIPCLI'] }));
    const invite = await app.next();
    t.match(invite.sip, /User-Agent: SIPCLI/, 'case counts');
    await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
    t.equal((await peer.next()).status, 100);
    const ok = await peer.next();
    peer.send(requestIn(ok, 'ACK', 1));
    await app.next();
    peer.send(requestIn(ok, 'BYE', 2, ['User-Agent: sipcli']));
    t.match((await app.next()).sip, /^BYE /);
  }
});

t.test('REGISTER: a domain may be demanded, and Contact: * means removing everything', async (t) => {
  const { app, peer } = await testbed(t, { refuseRegisterWithoutDomain: true });
  const register = (name: string, uri: string, contact: string, lines: readonly string[] = []): string =>
    inviteText(name, peer.port, { method: 'REGISTER', lines })
      .replace('sip:bob@127.0.0.1 ', `${uri} `)
      .replace(/Contact: .*/, `Contact: ${contact}`);
  for (const [name, text, status] of [
    ['no domain', register('rd1', 'sip:127.0.0.1', '<sip:a@127.0.0.1>'), 403],
    ['star with a time', register('rd2', 'sip:h.example', '*', ['Expires: 60']), 400],
    ['star and more', register('rd3', 'sip:h.example', '*, <sip:a@h>', ['Expires: 0']), 400],
    ['no scheme', register('rd4', 'sip:h.example', '<a@127.0.0.1>'), 400],
  ] as const) {
    peer.send(text);
    t.equal((await peer.next()).status, status, name);
  }
  peer.send(register('rd5', 'sip:h.example', '*', ['Expires: 0']));
  t.match((await app.next()).sip, /^REGISTER /);
});

t.test('180 at once when the engine is told to, with the tag that the answer has as well', async (t) => {
  const { app, peer } = await testbed(t, { alwaysRinging: true });
  peer.send(inviteText('ar', peer.port));
  t.equal((await peer.next()).status, 100);
  const ringing = await peer.next();
  t.equal(ringing.status, 180);
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200));
  t.match(await peer.next(), { status: 200, toTag: ringing.toTag });
  peer.send(inviteText('ar2', peer.port, { lines: ['Require: 100rel'] }));
  t.equal((await peer.next()).status, 100);
  const reliable = await app.next();
  await app.ask(`sip|${txn(reliable)}|`, answerText(reliable, 486));
  t.equal((await peer.next()).status, 486, 'no unreliable 180 where only reliable ones may be');
});

t.test('an outbound proxy gets new requests that nothing else leads elsewhere; own names are ourselves', async (t) => {
  const { udpPort: unused } = await startEngine(t);
  const proxy = await udpPeer(t, unused);
  const outboundProxy = `sip:127.0.0.1:${proxy.port}`;
  const { app, peer, udpPort } = await testbed(t, { outboundProxy, ownNames: ['SIP.example'] });
  const options = (uri: string, lines = ''): string => `OPTIONS ${uri} SIP/2.0\r\n${lines}\r\n`;
  await app.ask('sip||', options('sip:b@far.invalid'));
  t.equal((await proxy.next()).uri, 'sip:b@far.invalid');
  await app.ask(`sip|||sip:127.0.0.1:${peer.port}`, options('sip:b@far.invalid'));
  t.equal((await peer.next()).uri, 'sip:b@far.invalid', 'a route URI decides');
  await app.ask('sip||', options('sip:b@far.invalid', `Route: <sip:127.0.0.1:${peer.port};lr>\r\n`));
  t.equal((await peer.next()).uri, 'sip:b@far.invalid', 'a Route of the app decides');
  t.equal(proxy.waiting, 0);
  const own = await app.ask('sip||', options(`sip:b@sip.example:${udpPort}`));
  t.same(own.tokens.slice(3), ['NOK', 'can not send request to myself']);
});
