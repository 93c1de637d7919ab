import t, { type Test } from 'tap';
import { responseTo, SDP } from '../control/call-text.ts';
import { createEngine } from '../engine.ts';
import { udpPeer } from '../engine-test-peer.ts';
import { createNullCounters, createNullLogger, createSystemRandom } from '../system-ports.ts';
import { createFakeClock } from '../timer/index.ts';
import type { LaneDialog, LaneHeaders } from './types.ts';

/** A call from us that we are to refresh every 45 s, on a clock that the test moves. */
async function callToRefresh(t: Test) {
  const clock = createFakeClock();
  const engine = createEngine(
    { listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }] },
    {
      clock,
      // No jitter: refreshes come at exactly half time.
      random: { ...createSystemRandom(), float: () => 0.5 },
      counters: createNullCounters(),
      logger: createNullLogger(),
    },
  );
  const [point] = await engine.start();
  t.teardown(async () => {
    const closed = engine.close();
    clock.advance(10_000);
    await closed;
  });
  const lane = engine.attachCalls(() => undefined);
  const peer = await udpPeer(t, point?.port ?? 0);
  const placed = lane.createUAC(
    { uri: `sip:b@127.0.0.1:${peer.port}`, headers: { From: '<sip:a@localhost>' }, localSdp: SDP },
    { cbRequest: () => undefined, cbProvisional: () => undefined },
  );
  const contact = `<sip:b@127.0.0.1:${peer.port}>`;
  const lines = ['Session-Expires: 90;refresher=uac'];
  peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact, body: SDP, lines }));
  const dialog = (await placed) as LaneDialog;
  t.equal((await peer.next()).method, 'ACK');
  return { clock, peer, dialog, engine, accepted: { contact, body: SDP, lines } };
}

t.test('a refresh that is challenged is sent again with the proof, and the session goes on', async (t) => {
  const { clock, peer, dialog, accepted, engine } = await callToRefresh(t);
  const asked: string[] = [];
  dialog.proveRefreshes((response, method): LaneHeaders => {
    asked.push(`${response.status} ${method} ${response.get('proxy-authenticate')}`);
    return { 'Proxy-Authorization': `Digest proof-${asked.length}` };
  });
  for (const round of [1, 2]) {
    clock.advance(45_100);
    const first = await peer.next();
    t.match(first, { method: 'INVITE' });
    t.equal(first.header('proxy-authorization'), undefined);
    peer.send(responseTo(first, 407, { lines: ['Proxy-Authenticate: Digest realm="up"'] }));
    t.equal((await peer.next()).method, 'ACK');
    const second = await peer.next();
    t.match(second, { method: 'INVITE', cseq: first.cseq + 1 });
    t.equal(second.header('proxy-authorization'), `Digest proof-${round}`);
    t.equal(second.body.toString(), SDP);
    peer.send(responseTo(second, 200, accepted));
    t.match(await peer.next(), { method: 'ACK', cseq: second.cseq });
  }
  t.same(asked, ['407 INVITE Digest realm="up"', '407 INVITE Digest realm="up"']);
  t.equal(engine.stats.dialogs, 1);
});

t.test('a refresh is proved once; who only ever challenges ends the session at its time', async (t) => {
  const { clock, peer, dialog, engine } = await callToRefresh(t);
  let asked = 0;
  dialog.proveRefreshes(() => {
    asked += 1;
    return { Authorization: 'Digest proof' };
  });
  clock.advance(45_100);
  for (const _ of [1, 2]) {
    peer.send(responseTo(await peer.next(), 401));
    t.equal((await peer.next()).method, 'ACK');
  }
  t.equal(asked, 1);
  clock.advance(16_000);
  t.equal((await peer.next()).method, 'BYE');
  t.equal(engine.stats.dialogs, 0);
});
