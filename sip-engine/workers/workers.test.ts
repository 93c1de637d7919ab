import t from 'tap';
import { failureAck, inviteText, requestIn, responseTo, SDP } from '../control/call-text.ts';
import { requestText, udpPeer } from '../engine-test-peer.ts';
import type { LaneDialog } from '../lane/index.ts';
import { loadLibc } from '../transport/libc.ts';
import { callFor, counted, peerAt, type RunningWorker, type WorkerPair, workerPair } from './workers-fixture.ts';

/** Where datagrams are taken one by one, the system spreads all by addresses: what is not at its owner by chance is handed over. */
const UNSTEERED = { udpBatches: false };

/** A call of a peer at the wrong worker that its owner has answered, and the ACK to it. */
async function answeredCall(t: Parameters<typeof peerAt>[0], pair: WorkerPair, owner: RunningWorker) {
  const peer = await peerAt(t, pair, owner === pair.home ? pair.other : pair.home);
  const name = callFor(owner, 'call');
  peer.send(inviteText(name, peer.port));
  const [req, res] = await owner.invites.take();
  t.equal((await peer.next()).status, 100);
  const dialog = await owner.lane.createUAS(req, res, { localSdp: SDP, headers: {} });
  const ok = await peer.next();
  const acknowledged = new Promise<void>((resolve) => dialog.once('ack', () => resolve()));
  peer.send(requestIn(ok, 'ACK', 1));
  await acknowledged;
  return { peer, name, dialog, ok };
}

t.test('a call, its ACK and its BYE that arrive at the wrong worker reach their owner', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  for (const owner of [pair.home, pair.other]) {
    const { peer, dialog, ok } = await answeredCall(t, pair, owner);
    t.equal(ok.toTag.charAt(0), String(owner.index), 'the tag leads to the worker');
    const ended = new Promise<string>((resolve) => dialog.on('destroy', (_bye, reason) => resolve(reason)));
    peer.send(requestIn(ok, 'BYE', 2));
    t.equal(await ended, 'normal release');
    t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
    t.equal(owner.engine.stats.dialogs, 0);
  }
  t.same([...pair.home.errors, ...pair.other.errors], []);
});

const cannotSteer = (await loadLibc()) === undefined && 'the C library is not to be had';
t.test('what belongs to a call that is up arrives at its owner', { skip: cannotSteer }, async (t) => {
  const pair = await workerPair(t);
  const atHome = () => counted(pair.home, 'messages_in udp');
  const atOwner = () => counted(pair.other, 'messages_in udp');
  const { peer, dialog, ok } = await answeredCall(t, pair, pair.other);
  t.match(ok.header('contact'), /^<sip:w1@/);
  t.ok(atHome() <= 1, 'at most the INVITE, where the system cannot tell whose it is');
  t.equal(atHome() + atOwner(), 2);
  const asked = new Promise<number>((resolve) =>
    dialog.request({ method: 'INFO' }, (_error, response) => resolve(response?.status ?? 0)),
  );
  const info = await peer.next();
  peer.send(responseTo(info, 200, { tag: 'x' }));
  t.equal(await asked, 200);
  peer.send(requestIn(ok, 'BYE', 2));
  t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
  t.ok(atHome() <= 1 && atHome() + atOwner() === 4);
});

t.test('a BYE from any address of the peer reaches the owner', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  const { ok } = await answeredCall(t, pair, pair.other);
  const elsewhere = await peerAt(t, pair, pair.home);
  elsewhere.send(requestIn(ok, 'BYE', 2));
  t.match(await elsewhere.next(), { status: 200, cseqMethod: 'BYE' });
  t.equal(pair.other.engine.stats.dialogs, 0);
});

t.test('an INVITE that is repeated from another port, at another worker, finds its transaction', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  const name = callFor(pair.other, 'again');
  const first = await peerAt(t, pair, pair.other);
  const second = await peerAt(t, pair, pair.home);
  first.send(inviteText(name, first.port));
  const [, res] = await pair.other.invites.take();
  t.equal((await first.next()).status, 100);
  second.send(inviteText(name, first.port));
  t.equal((await first.next()).status, 100, 'the answer is repeated to where the first came from');
  t.equal(counted(pair.other, 'retransmissions_in '), 1);
  t.equal(pair.other.invites.size + pair.home.invites.size, 0, 'nobody is asked again');
  res.send(486);
  const busy = await first.next();
  t.equal(busy.status, 486);
  second.send(failureAck(busy));
});

t.test('a CANCEL at the wrong worker ends the call', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  const name = callFor(pair.other, 'cancelled');
  const peer = await peerAt(t, pair, pair.home);
  const invite = inviteText(name, peer.port);
  peer.send(invite);
  const [req] = await pair.other.invites.take();
  const told = new Promise<void>((resolve) => req.on('cancel', () => resolve()));
  t.equal((await peer.next()).status, 100);
  peer.send(inviteText(name, peer.port, { method: 'CANCEL' }));
  await told;
  const answers = [await peer.next(), await peer.next()].map(({ status, cseqMethod }) => `${status} ${cseqMethod}`);
  t.same(answers.sort(), ['200 CANCEL', '487 INVITE']);
});

t.test('a response at the wrong worker reaches the one that has asked', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  const asked = await udpPeer(t, pair.udpPort);
  const answering = await peerAt(t, pair, pair.home);
  const placed = pair.other.lane.createUAC(
    { uri: `sip:b@127.0.0.1:${asked.port}`, headers: { From: '<sip:a@localhost>' }, localSdp: SDP },
    { cbRequest: () => undefined, cbProvisional: () => undefined },
  );
  const invite = await asked.next();
  t.equal(invite.topVia.branch.slice(0, 8), 'z9hG4bK1');
  t.match(invite, { fromTag: /^1/, callId: /^1/ });
  const contact = `<sip:b@127.0.0.1:${asked.port}>`;
  answering.send(responseTo(invite, 200, { tag: 'b', contact, body: SDP }));
  const dialog = (await placed) as LaneDialog;
  t.ok(dialog.connected);
  t.equal((await asked.next()).method, 'ACK');
});

t.test('calls of one carrier socket spread over all workers', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  const carrier = await udpPeer(t, pair.udpPort);
  const calls = 20;
  for (let n = 0; n < calls; n++)
    carrier.send(inviteText(callFor(n % 2 === 0 ? pair.home : pair.other, `c${n}-`), carrier.port));
  for (const owner of [pair.home, pair.other]) {
    for (let n = 0; n < calls / 2; n++) (await owner.invites.take())[1].send(486);
  }
  const statuses = new Map<number, number>();
  for (let n = 0; n < 2 * calls; n++) {
    const { status } = await carrier.next();
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  t.same([...statuses].sort(), [
    [100, calls],
    [486, calls],
  ]);
});

t.test('what is no call is for home, wherever it arrives', async (t) => {
  const pair = await workerPair(t, UNSTEERED);
  pair.home.engine.onRequest('REGISTER', ({ sourcePort }) => ({ status: 200, lines: [`X-Port: ${sourcePort}`] }));
  const peer = await peerAt(t, pair, pair.other);
  peer.send(requestText('REGISTER'));
  const answer = await peer.next();
  t.equal(answer.status, 200);
  t.equal(answer.header('x-port'), String(peer.port), 'home sees where it came from');
});

t.test(
  'the pre-filter is asked by the worker that gets the datagram, and by the owner for what that lets pass',
  async (t) => {
    const pair = await workerPair(t, UNSTEERED);
    const asked: string[] = [];
    pair.home.engine.setPreFilter((_source, _transport, method) => {
      asked.push(`home ${method}`);
      return method === 'SUBSCRIBE' ? { status: 480 } : 'pass';
    });
    pair.other.engine.setPreFilter((_source, _transport, method) => {
      asked.push(`other ${method}`);
      return method === 'OPTIONS' ? { status: 503, retryAfterSec: 7 } : 'pass';
    });
    pair.home.engine.onRequest('REGISTER', () => ({ status: 200, lines: [] }));
    const peer = await peerAt(t, pair, pair.other);
    const answers: string[] = [];
    for (const method of ['REGISTER', 'OPTIONS', 'SUBSCRIBE']) {
      peer.send(requestText(method));
      const answer = await peer.next();
      answers.push(`${answer.status} ${answer.header('retry-after') ?? ''}`);
    }
    t.same(answers, ['200 ', '503 7', '480 ']);
    t.same(asked, ['other REGISTER', 'home REGISTER', 'other OPTIONS', 'other SUBSCRIBE', 'home SUBSCRIBE']);
  },
);

t.test('a call that only home can decide is given to it, and what belongs to it follows', async (t) => {
  const pair = await workerPair(t);
  const name = callFor(pair.other, 'given');
  const peer = await peerAt(t, pair, pair.other);
  peer.send(inviteText(name, peer.port));
  const [req] = await pair.other.invites.take();
  t.equal(pair.other.engine.handToHome(req), true);
  t.match(pair.other.engine.stats.transactions, { ist: 0 });
  const [given, answer] = await pair.home.invites.take();
  t.match(given, { source_port: peer.port, sessionToken: req.sessionToken, body: SDP });
  t.equal(pair.home.engine.handToHome(given), false, 'home has nobody to give it to');
  answer.send(183);
  t.same([(await peer.next()).status, (await peer.next()).status, (await peer.next()).status], [100, 100, 183]);
  peer.send(inviteText(name, peer.port));
  t.equal((await peer.next()).status, 183, 'a repetition finds the transaction');
  peer.send(inviteText(name, peer.port, { method: 'CANCEL' }));
  const answers = [await peer.next(), await peer.next()].map(({ status, cseqMethod }) => `${status} ${cseqMethod}`);
  t.same(answers.sort(), ['200 CANCEL', '487 INVITE']);
});

t.test('connections are listened for by home alone, and known of by all', async (t) => {
  const pair = await workerPair(t);
  t.equal(pair.other.engine.listenPoints.length, 2);
  t.same(
    pair.other.engine.listenPoints.map(({ transport, port }) => [transport, port]),
    pair.home.engine.listenPoints.map(({ transport, port }) => [transport, port]),
  );
});
