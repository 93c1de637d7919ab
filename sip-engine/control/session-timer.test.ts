import t, { type Test } from 'tap';
import { createEngine } from '../engine.ts';
import { udpPeer } from '../engine-test-peer.ts';
import { createNullCounters, createNullLogger, createSystemRandom } from '../system-ports.ts';
import { createFakeClock } from '../timer/index.ts';
import { AppPeer } from './app-peer.ts';
import { answerText, settled, txn } from './call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from './call-text.ts';

/** One call that the application answered with that Session-Expires, on a clock that the test moves. */
async function callWith(t: Test, sessionExpires: string) {
  const clock = createFakeClock();
  // No jitter: refreshes come at exactly half time.
  const random = { ...createSystemRandom(), float: () => 0.5 };
  const engine = createEngine(
    { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }] },
    { clock, random, counters: createNullCounters(), logger: createNullLogger() },
  );
  const [point] = await engine.start();
  // Closing waits on the engine's own clock.
  t.teardown(async () => {
    const closed = engine.close();
    clock.advance(10_000);
    await closed;
  });
  const { port } = await engine.listenControl({ host: '127.0.0.1', port: 0, secret: 'secret' });
  const app = await AppPeer.ready(t, port, 'invite');
  const peer = await udpPeer(t, point?.port ?? 0);
  peer.send(inviteText('se', peer.port));
  const invite = await app.next();
  await app.ask(`sip|${txn(invite)}|`, answerText(invite, 200, [`Session-Expires: ${sessionExpires}`], SDP));
  t.equal((await peer.next()).status, 100);
  const ok = await peer.next();
  t.equal(ok.header('session-expires'), sessionExpires);
  peer.send(requestIn(ok, 'ACK', 1));
  await app.next();
  return { clock, app, peer, ok, engine };
}

t.test('as refresher: a re-INVITE with the last SDP at half time, of which the app hears nothing', async (t) => {
  const { clock, app, peer, engine } = await callWith(t, '90;refresher=uas');
  for (let round = 0; round < 3; round++) {
    clock.advance(44_800);
    await settled(peer);
    clock.advance(300);
    const refresh = await peer.next();
    t.match(refresh, { method: 'INVITE', cseq: 2 + round });
    t.equal(refresh.body.toString(), SDP);
    t.equal(refresh.header('session-expires'), '90;refresher=uac');
    t.equal(refresh.header('min-se'), '90');
    t.not(refresh.header('contact'), undefined);
    peer.send(
      responseTo(refresh, 200, {
        contact: `<sip:alice@127.0.0.1:${peer.port}>`,
        body: SDP,
        lines: ['Session-Expires: 90;refresher=uac'],
      }),
    );
    t.match(await peer.next(), { method: 'ACK', cseq: 2 + round });
  }
  t.ok(await app.idle());
  t.equal(engine.stats.dialogs, 1);
});

t.test('a refresh that is refused ends the call, and the app is told why', async (t) => {
  const { clock, app, peer, engine } = await callWith(t, '90;refresher=uas');
  clock.advance(45_100);
  const refresh = await peer.next();
  peer.send(responseTo(refresh, 481));
  t.equal((await peer.next()).method, 'ACK');
  const bye = await peer.next();
  t.equal(bye.method, 'BYE');
  peer.send(responseTo(bye, 200));
  const told = await app.next();
  t.equal(told.tokens[8], 'unsolicited');
  t.match(told.sip, /text="Session timer expired"/);
  t.equal(engine.stats.dialogs, 0);
});

t.test('a peer that does not refresh is hung up on; one that does is not', async (t) => {
  const { clock, app, peer, ok } = await callWith(t, '90;refresher=uac');
  clock.advance(80_000);
  peer.send(requestIn(ok, 'UPDATE', 2, ['Session-Expires: 90;refresher=uac', 'Supported: timer']));
  const update = await app.next();
  await app.ask(`sip|${txn(update)}|`, answerText(update, 200));
  t.equal((await peer.next()).status, 200);
  clock.advance(80_000);
  await settled(peer);
  clock.advance(11_000);
  const bye = await peer.next();
  t.match(bye, { method: 'BYE' });
  t.match((await app.next()).sip, /text="Session timer expired"/);
  peer.send(responseTo(bye, 200));
});

t.test(
  'a refresh that meets a re-INVITE is tried again in time, one that is too short with what was asked for',
  async (t) => {
    const { clock, app, peer, engine } = await callWith(t, '90;refresher=uas');
    clock.advance(45_100);
    const crossing = await peer.next();
    peer.send(responseTo(crossing, 491));
    t.equal((await peer.next()).method, 'ACK');
    clock.advance(1_100);
    const again = await peer.next();
    t.match(again, { method: 'INVITE', cseq: crossing.cseq + 1 });
    peer.send(responseTo(again, 422, { lines: ['Min-SE: 300'] }));
    // Two messages that may overtake each other.
    const both = [await peer.next(), await peer.next()];
    const longer = both.find(({ method }) => method === 'INVITE');
    t.ok(both.some(({ method, cseq }) => method === 'ACK' && cseq === again.cseq));
    if (longer === undefined) return t.fail('no second INVITE');
    t.equal(longer.header('session-expires'), '300;refresher=uac');
    peer.send(responseTo(longer, 500, { lines: ['Retry-After: 3'] }));
    t.equal((await peer.next()).method, 'ACK');
    clock.advance(3_050);
    const last = await peer.next();
    t.equal(last.header('session-expires'), '300;refresher=uac');
    const contact = `<sip:alice@127.0.0.1:${peer.port}>`;
    peer.send(responseTo(last, 200, { contact, body: SDP, lines: ['Session-Expires: 300;refresher=uac'] }));
    t.equal((await peer.next()).method, 'ACK');
    clock.advance(140_000);
    await settled(peer);
    t.ok(await app.idle());
    t.equal(engine.stats.dialogs, 1);
  },
);

t.test('a refresh that is refused for good: the call is ended shortly before its session expires', async (t) => {
  const { clock, app, peer, engine } = await callWith(t, '90;refresher=uas');
  clock.advance(45_100);
  peer.send(responseTo(await peer.next(), 488));
  t.equal((await peer.next()).method, 'ACK');
  clock.advance(14_500);
  await settled(peer);
  t.equal(engine.stats.dialogs, 1);
  clock.advance(600);
  const bye = await peer.next();
  t.equal(bye.method, 'BYE');
  t.match((await app.next()).sip, /text="Session timer expired"/);
  peer.send(responseTo(bye, 200));
});

t.test('a subscription that nobody refreshes or ends is forgotten 64 x T1 after it has expired', async (t) => {
  const { clock, app, peer, engine } = await callWith(t, '90;refresher=uac');
  peer.send(inviteText('sx', peer.port, { method: 'SUBSCRIBE', lines: ['Event: x', 'Expires: 60'] }));
  t.equal((await peer.next()).status, 503, 'not routed');
  await app.ask('route|subscribe');
  peer.send(inviteText('sy', peer.port, { method: 'SUBSCRIBE', lines: ['Event: x', 'Expires: 60'] }));
  const subscribe = await app.next();
  await app.ask(`sip|${txn(subscribe)}|`, answerText(subscribe, 200, ['Expires: 40']));
  const accepted = await peer.next();
  clock.advance(30_000);
  peer.send(requestIn(accepted, 'SUBSCRIBE', 2, ['Event: x', 'Expires: 20']));
  const refresh = await app.next();
  await app.ask(`sip|${txn(refresh)}|`, answerText(refresh, 200));
  t.equal((await peer.next()).status, 200);
  clock.advance(51_000);
  t.equal(engine.stats.dialogs, 2);
  clock.advance(1_500);
  t.equal(engine.stats.dialogs, 1, 'only the call is left');
});
