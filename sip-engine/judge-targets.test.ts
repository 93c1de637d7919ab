import t, { type Test } from 'tap';
import { inviteText, requestIn, responseTo, SDP } from './control/call-text.ts';
import { startEngine, udpPeer } from './engine-test-peer.ts';
import { createJudge } from './judge-targets.ts';
import type { LaneDialog, LaneRequest, LaneResponse } from './lane/types.ts';

const FORBIDDEN = { status: 403, res: { reason: 'Target Not Allowed' } };
const nobody = () => false;

async function testbed(t: Test, mayReach: (address: string) => boolean) {
  const arrived = Promise.withResolvers<readonly [LaneRequest, LaneResponse]>();
  const { engine, udpPort } = await startEngine(t, { mayReach });
  const lane = engine.attachCalls((req, res) => arrived.resolve([req, res]));
  const place = (uri: string, guarded: boolean) =>
    lane.createUAC(
      { uri, guarded, headers: { From: '<sip:a@localhost>' }, localSdp: SDP },
      { cbRequest: () => undefined, cbProvisional: () => undefined },
    );
  const failing = (uri: string) => place(uri, true).catch((error: unknown) => error);
  return { engine, udpPort, lane, place, failing, arrived: arrived.promise };
}

t.test('a guarded INVITE and a guarded request go only where words of others may lead', async (t) => {
  const { engine, udpPort, place, failing } = await testbed(t, nobody);
  const peer = await udpPeer(t, udpPort);
  const uri = `sip:b@127.0.0.1:${peer.port}`;
  t.match(await failing(uri), FORBIDDEN);
  // A name leads to the address that it is found to have.
  t.match(await failing(`sip:b@localhost:${peer.port}`), FORBIDDEN);
  const refused = await new Promise((done) => engine.send({ method: 'OPTIONS', uri, guard: 'new' }, done));
  t.same(refused, { kind: 'failed', reason: 'no_target' });
  t.equal(peer.waiting, 0);
  const placed = place(uri, false).catch((error: unknown) => error);
  const invite = await peer.next();
  t.equal(invite.method, 'INVITE', 'what is our own word goes anywhere');
  peer.send(responseTo(invite, 486, { tag: 'b' }));
  t.match(await placed, { status: 486 });
});

t.test('where words of others may lead, a guarded INVITE goes, but never to a listen point of ours', async (t) => {
  const { udpPort, failing } = await testbed(t, () => true);
  const peer = await udpPeer(t, udpPort);
  const placed = failing(`sip:b@127.0.0.1:${peer.port}`);
  peer.send(responseTo(await peer.next(), 486, { tag: 'b' }));
  t.match(await placed, { status: 486 });
  t.match(await failing(`sip:b@localhost:${udpPort}`), FORBIDDEN);
});

t.test(
  'a Record-Route or Contact that leads elsewhere sends nothing there: who wrote it is answered instead',
  async (t) => {
    const { lane, udpPort, arrived, place } = await testbed(t, nobody);
    const peer = await udpPeer(t, udpPort);
    const victim = await udpPeer(t, udpPort);
    const there = `<sip:127.0.0.9:${victim.port};lr>`;
    peer.send(inviteText('in', peer.port, { lines: [`Record-Route: ${there}`] }));
    const [req, res] = await arrived;
    t.equal((await peer.next()).status, 100);
    const dialog = await lane.createUAS(req, res, { localSdp: SDP, headers: {} });
    const ok = await peer.next();
    peer.send(requestIn(ok, 'ACK', 1));
    dialog.destroy({}, () => undefined);
    t.match(await peer.next(), { method: 'BYE' });
    const placed = place(`sip:b@127.0.0.1:${peer.port}`, false);
    const contact = `<sip:b@127.0.0.1:${peer.port}>`;
    const invite = await peer.next();
    peer.send(responseTo(invite, 200, { tag: 'b', contact, body: SDP, lines: [`Record-Route: ${there}`] }));
    const out = (await placed) as LaneDialog;
    t.match(await peer.next(), { method: 'ACK' });
    out.destroy({}, () => undefined);
    t.match(await peer.next(), { method: 'BYE' });
  },
);

t.test('where we listen, and what we tell others, is our own', async (t) => {
  const advertisedFor = () => ({ host: '198.51.100.7', port: 5060 });
  const isAt = (address: string) => address.startsWith('127.');
  const point = { transport: 'udp', host: '0.0.0.0', port: 5060, advertisedFor, isAt } as const;
  const judge = createJudge({ listenPoints: [point] }, { mayReach: () => true });
  const may = (address: string, port = 5060, peer?: string) =>
    judge?.({ transport: 'udp', address, port }, 'dialog', peer);
  t.same(
    ['127.0.0.1', '127.8.8.8', '::ffff:127.0.0.1', '198.51.100.7'].map((address) => may(address)),
    [false, false, false, false],
  );
  t.equal(may('127.0.0.1', 5060, '127.0.0.1'), false, 'nor is it the way back to anybody');
  t.equal(may('127.0.0.1', 5070), true);
  t.equal(may('192.0.2.9'), true);
});
