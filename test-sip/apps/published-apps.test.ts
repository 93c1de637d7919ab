import t, { type Test } from 'tap';
import { startEngineCommand } from '../../bin/engine-command.ts';
import { settled } from '../../sip-engine/control/call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from '../../sip-engine/control/call-text.ts';
import { requestText, udpPeer } from '../../sip-engine/engine-test-peer.ts';
import { until } from '../support/wait.ts';
import { type Changes, publishedExample, runExample } from './published-example.ts';

/*
 * Applications that are not ours, as their authors publish them: only addresses are changed, and what does not run as
 * it is printed (a variable declared twice, one that is called `results` and read as `result`, the order of arguments
 * before version 4).
 */

async function startEngine(t: Test) {
  const { engine, appPort, close } = await startEngineCommand([
    ...['--sip', '127.0.0.1:0', '--app', '127.0.0.1:0', '--secret', 'cymru'],
  ]);
  t.teardown(close);
  const udpPort = engine.listenPoints.find(({ transport }) => transport === 'udp')?.port ?? 0;
  /** Connected, and asking for requests: before that they get 503. */
  const connected = () => until('the application is there', () => engine.stats.routes > 0);
  return { engine, appPort, connected, peer: () => udpPeer(t, udpPort) };
}

const connection = (appPort: number): Changes => [
  ["'192.168.32.5'", "'127.0.0.1'"],
  ['9022', String(appPort)],
];

t.test('the back-to-back user agent of drachtio-srf’s README bridges a call until one side hangs up', async (t) => {
  const { engine, appPort, connected, peer } = await startEngine(t);
  const [caller, callee] = [await peer(), await peer()];
  const twice = "    const Srf = require('drachtio-srf');\n  const srf = new Srf();\n\n  srf.invite";
  const app = runExample(
    t,
    publishedExample('drachtio-srf', '*Example Back-to-back user agent*', [
      ...connection(appPort),
      [twice, '  srf.invite'],
      ["'sip:1234@10.10.100.1', req, res", `req, res, 'sip:1234@127.0.0.1:${callee.port}'`],
    ]),
  );
  await connected();
  caller.send(inviteText('b2b', caller.port));
  const invite = await callee.next();
  t.match(invite, { method: 'INVITE', uri: `sip:1234@127.0.0.1:${callee.port}` });
  t.equal(invite.body.toString(), SDP);
  t.not(invite.callId, 'b2b', 'another call');
  callee.send(responseTo(invite, 200, { tag: 'b', contact: `<sip:bob@127.0.0.1:${callee.port}>`, body: SDP }));
  t.equal((await callee.next()).method, 'ACK');
  t.equal((await caller.next()).status, 100);
  const ok = await caller.next();
  t.equal(ok.status, 200);
  caller.send(requestIn(ok, 'ACK', 1));
  await app.printed(/call connected/);
  caller.send(requestIn(ok, 'BYE', 2));
  const bye = await callee.next();
  t.equal(bye.method, 'BYE');
  callee.send(responseTo(bye, 200));
  t.match(await caller.next(), { status: 200, cseqMethod: 'BYE' });
  await settled(callee);
  t.equal(engine.stats.dialogs, 0);
});

t.test('the proxy of drachtio-srf’s README tries its second target when the first is busy', async (t) => {
  const { appPort, connected, peer } = await startEngine(t);
  const [caller, first, second] = [await peer(), await peer(), await peer()];
  const app = runExample(
    t,
    publishedExample('drachtio-srf', '*Example proxy*', [
      ...connection(appPort),
      ["'sip.example1.com'", `'sip:127.0.0.1:${first.port}'`],
      ["'sip.example2.com'", `'sip:127.0.0.1:${second.port}'`],
      ['JSON.stringify(result)', 'JSON.stringify(results)'],
    ]),
  );
  await connected();
  caller.send(inviteText('px', caller.port));
  const refused = await first.next();
  t.match(refused, { method: 'INVITE', callId: (await caller.next()).callId });
  first.send(responseTo(refused, 486, { tag: 'busy' }));
  t.equal((await first.next()).method, 'ACK');
  const taken = await second.next();
  t.equal(taken.method, 'INVITE');
  t.match(taken.header('record-route'), /127\.0\.0\.1.*;lr/, 'recordRoute: true');
  second.send(responseTo(taken, 200, { tag: 's', contact: `<sip:bob@127.0.0.1:${second.port}>`, body: SDP }));
  t.match(await caller.next(), { status: 200, toTag: 's' });
  await app.printed(/"finalStatus":200/);
});

t.test('the OPTIONS ping of drachtio-srf’s README is sent, and its answer told', async (t) => {
  const { appPort, peer } = await startEngine(t);
  const target = await peer();
  const app = runExample(
    t,
    publishedExample('drachtio-srf', '*Example sending a request (OPTIONS ping)*', [
      ['9022', String(appPort)],
      ['10000', '50'],
      ['sip:tighthead.drachtio.org', `sip:127.0.0.1:${target.port}`],
    ]),
  );
  await app.printed(/connected to server listening on udp\/127\.0\.0\.1:\d+,tcp\/127\.0\.0\.1:\d+/);
  const ping = await target.next();
  t.match(ping, { method: 'OPTIONS' });
  t.equal(ping.header('subject'), 'OPTIONS Ping');
  target.send(responseTo(ping, 200, { tag: 'p' }));
  await app.printed(/Response to OPTIONS ping: 200/);
});

t.test('the registrar of the registration parser’s README reads what a phone registers', async (t) => {
  const { appPort, connected, peer } = await startEngine(t);
  const phone = await peer();
  const app = runExample(
    t,
    publishedExample('drachtio-mw-registration-parser', '## Usage', [
      ['srf.connect({...})', `srf.connect({ host: '127.0.0.1', port: ${appPort}, secret: 'cymru' })`],
      // The example leaves the answer to its reader.
      [
        'console.log(req.registration) ;',
        'console.log(req.registration); res.send(200, { headers: { Expires: 60 } });',
      ],
    ]),
  );
  await connected();
  const contact = '<sip:167356@127.0.0.1:5060;transport=udp;jtr=5882-1>;expires=3600';
  phone.send(requestText('REGISTER', { To: '<sip:167356@10.128.77.12>', Contact: contact }));
  const answer = await phone.next();
  t.match(answer, { status: 200, cseqMethod: 'REGISTER' });
  t.equal(answer.header('expires'), '60');
  await app.printed(/aor: 'sip:167356@10\.128\.77\.12'/);
  await app.printed(/uri: 'sip:167356@127\.0\.0\.1:5060;transport=udp;jtr=5882-1'/);
});
