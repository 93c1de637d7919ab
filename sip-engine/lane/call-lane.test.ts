import t, { type Test } from 'tap';
import { failureAck, inviteText, requestIn, responseTo, SDP } from '../control/call-text.ts';
import { type Peer, startEngine, udpPeer } from '../engine-test-peer.ts';
import type { DirectCalls } from './call-lane.ts';
import type { CallLane, LaneDialog, LaneInviteHandler, LaneRequest, LaneResponse, LaneSentRequest } from './types.ts';

async function testbed(t: Test) {
  let handle: LaneInviteHandler = () => undefined;
  const { engine, udpPort, errors } = await startEngine(t);
  const lane = engine.attachCalls((req, res) => handle(req, res));
  const peer = await udpPeer(t, udpPort);
  const arrival = () =>
    new Promise<readonly [LaneRequest, LaneResponse]>((resolve) => {
      handle = (req, res) => resolve([req, res]);
    });
  return { engine, lane, peer, udpPort, errors, arrival };
}

/** A call from us that the peer has answered, and its ACK. */
async function answeredOut(lane: CallLane, peer: Peer) {
  const placed = lane.createUAC(
    { uri: `sip:b@127.0.0.1:${peer.port}`, headers: { From: '<sip:a@localhost>' }, localSdp: SDP },
    { cbRequest: () => undefined, cbProvisional: () => undefined },
  );
  const invite = await peer.next();
  const contact = `<sip:b@127.0.0.1:${peer.port}>`;
  peer.send(responseTo(invite, 200, { tag: 'b', contact, body: SDP }));
  const dialog = (await placed) as LaneDialog;
  return { invite, ack: await peer.next(), dialog };
}

/** What it was rejected with; `undefined` when it was not. */
function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

t.test('a call comes in: 180, 200, ACK, a request of the peer, BYE of the peer', async (t) => {
  const { engine, lane, peer, errors, arrival } = await testbed(t);
  const arrived = arrival();
  peer.send(inviteText('in', peer.port, { lines: ['X-Two: a', 'x-two: b'] }));
  const [req, res] = await arrived;
  t.match(req, { method: 'INVITE', source_address: '127.0.0.1', source_port: peer.port, protocol: 'udp', body: SDP });
  t.equal(req.get('x-two'), 'a,b');
  t.same(req.headerLines('X-Two'), ['a', 'b']);
  t.equal((await peer.next()).status, 100);
  res.send(180, undefined, { headers: { 'X-Many': 'one\r\nX-Many: two' } });
  const ringing = await peer.next();
  t.match(ringing, { status: 180 });
  t.same(ringing.headerLines('x-many'), ['one', 'two'], 'further lines of one value are lines of their own');
  const dialog = await lane.createUAS(req, res, { localSdp: SDP, headers: {} });
  t.ok(res.finalResponseSent);
  const ok = await peer.next();
  t.match(ok, { status: 200, toTag: dialog.sip.localTag });
  t.match(dialog, { connected: true, remote: { uri: `sip:alice@127.0.0.1:${peer.port}`, sdp: SDP } });
  const acknowledged = new Promise<void>((resolve) => dialog.once('ack', () => resolve()));
  peer.send(requestIn(ok, 'ACK', 1));
  await acknowledged;
  dialog.on('info', (info, answer) =>
    answer.send(200, undefined, { body: info.body.toUpperCase(), headers: { 'Content-Type': 'text/plain' } }),
  );
  peer.send(requestIn(ok, 'INFO', 2, [], 'abc'));
  t.match(await peer.next(), { status: 200, body: Buffer.from('ABC') });
  const ended = new Promise<string>((resolve) => dialog.on('destroy', (_bye, reason) => resolve(reason)));
  peer.send(requestIn(ok, 'BYE', 3));
  t.equal(await ended, 'normal release');
  t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
  t.notOk(dialog.connected);
  t.equal(engine.stats.dialogs, 0);
  t.same(errors, []);
});

t.test('a callback has the dialog, or why there is none, before createUAS returns', async (t) => {
  const { lane, peer, arrival } = await testbed(t);
  const arrived = arrival();
  peer.send(inviteText('at-once', peer.port));
  const [req, res] = await arrived;
  const told: unknown[] = [];
  const answer = () =>
    lane.createUAS(req, res, { localSdp: SDP, headers: {} }, (error, dialog) => told.push(error, dialog));
  t.equal(answer(), undefined);
  t.match(told, [null, { connected: true, remote: { sdp: SDP } }]);
  t.equal(answer(), undefined);
  t.match(told.slice(2), [/final response/, undefined]);
});

t.test('a CANCEL is heard once, and an answer after it is refused', async (t) => {
  const { engine, lane, peer, arrival } = await testbed(t);
  const arrived = arrival();
  const text = inviteText('cancelled', peer.port);
  peer.send(text);
  const [req, res] = await arrived;
  let heard = 0;
  const cancelled = new Promise<void>((resolve) => {
    req.on('cancel', () => {
      heard++;
      resolve();
    });
  });
  await peer.next();
  const cancel = text
    .replace(/^INVITE/, 'CANCEL')
    .replace('1 INVITE', '1 CANCEL')
    .replace(/Content-Type.*$/s, '');
  peer.send(`${cancel}Content-Length: 0\r\n\r\n`);
  await cancelled;
  const finals = [await peer.next(), await peer.next()];
  t.same(finals.map(({ status }) => status).toSorted(), [200, 487]);
  const failed = finals.find(({ status }) => status === 487);
  if (failed !== undefined) peer.send(failureAck(failed));
  await t.rejects(lane.createUAS(req, res, { localSdp: SDP, headers: {} }));
  t.equal(heard, 1);
  t.equal(engine.stats.dialogs, 0);
});

t.test('a call goes out: requests of the peer wait as long as they are asked to, then BYE by us', async (t) => {
  const { engine, lane, peer } = await testbed(t);
  const { invite, ack, dialog } = await answeredOut(lane, peer);
  t.match(ack, { method: 'ACK', cseq: invite.cseq });
  t.match(dialog, { remote: { sdp: SDP }, sip: { callId: invite.callId, remoteTag: 'b' }, res: { status: 200 } });
  dialog.queueRequests = true;
  peer.send(
    [
      'INFO sip:a@127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP 127.0.0.1:${peer.port};branch=z9hG4bKwaits`,
      `From: ${ack.header('to')}`,
      `To: ${ack.header('from')}`,
      `Call-ID: ${ack.callId}`,
      'CSeq: 1 INFO',
      'Max-Forwards: 70',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
  let waited = true;
  const told = new Promise<void>((resolve) => {
    dialog.on('info', (_info, res) => {
      waited = !dialog.queueRequests;
      res.send(200);
      resolve();
    });
  });
  const changed = new Promise<number>((resolve) => {
    dialog.request({ method: 'INVITE', body: SDP }, (_error, response) => resolve(response?.status ?? 0));
  });
  const again = await peer.next();
  t.match(again, { method: 'INVITE', cseq: invite.cseq + 1 });
  peer.send(responseTo(again, 488));
  t.equal(await changed, 488);
  t.equal((await peer.next()).method, 'ACK');
  dialog.queueRequests = false;
  await told;
  t.ok(waited, 'it came during the re-INVITE and was told after it');
  t.match(await peer.next(), { status: 200, cseqMethod: 'INFO' });
  const over = new Promise<void>((resolve) =>
    dialog.destroy({ headers: { Reason: 'SIP;cause=200' } }, () => resolve()),
  );
  const bye = await peer.next();
  t.match(bye, { method: 'BYE' });
  t.equal(bye.header('reason'), 'SIP;cause=200');
  peer.send(responseTo(bye, 200));
  await over;
  t.equal(engine.stats.dialogs, 0);
});

t.test(
  'a BYE that is challenged is sent once more with the proof; one that cannot be proved ends the call too',
  async (t) => {
    for (const [proofs, challenges] of [
      [1, 1],
      [1, 2],
      [0, 1],
    ] as const) {
      const { engine, lane, peer } = await testbed(t);
      const { dialog } = await answeredOut(lane, peer);
      let asked = 0;
      const onChallenge = () => {
        asked += 1;
        return proofs === 0 ? undefined : { Authorization: 'Digest proof' };
      };
      const headers = { Reason: 'SIP;cause=200' };
      const over = new Promise<void>((resolve) => dialog.destroy({ headers, onChallenge }, () => resolve()));
      const first = await peer.next();
      peer.send(responseTo(first, 401));
      if (proofs > 0) {
        const second = await peer.next();
        t.match(second, { method: 'BYE', cseq: first.cseq + 1 });
        t.same([second.header('authorization'), second.header('reason')], ['Digest proof', 'SIP;cause=200']);
        peer.send(responseTo(second, challenges === 2 ? 401 : 200));
      }
      await over;
      t.equal(asked, 1, 'once');
      t.equal(engine.stats.dialogs, proofs === 0 ? 1 : 0, 'what might still be repeated is kept for 64 T1');
    }
  },
);

t.test('a refusal carries status and response, a call that cannot be sent neither', async (t) => {
  const { lane, peer, udpPort } = await testbed(t);
  const progress = { cbRequest: () => undefined, cbProvisional: () => undefined };
  const refused = lane.createUAC({ uri: `sip:b@127.0.0.1:${peer.port}`, headers: {}, localSdp: SDP }, progress);
  peer.send(responseTo(await peer.next(), 607, { tag: 'b' }));
  const refusal = await failureOf(refused);
  t.match(refusal, { status: 607, res: { source_address: '127.0.0.1', source_port: peer.port } });
  const own = lane.createUAC({ uri: `sip:b@127.0.0.1:${udpPort}`, headers: {}, localSdp: SDP }, progress);
  const error = await failureOf(own);
  t.ok(error instanceof Error && !('status' in error));
});

t.test('text that would become another header is not sent, and who wanted it is told', async (t) => {
  const { lane, peer } = await testbed(t);
  const headers = { 'X-Bad': 'a\nInjected: b' };
  const told: unknown[] = [];
  const refused = lane.createUAC(
    { uri: `sip:b@127.0.0.1:${peer.port}`, headers, localSdp: SDP },
    { cbRequest: (error) => told.push(error), cbProvisional: () => undefined },
  );
  const error = await failureOf(refused);
  t.match(error, /injection/i);
  t.same(told, [error]);
  const { dialog } = await answeredOut(lane, peer);
  const inDialog = await new Promise((resolve) => dialog.request({ method: 'INFO', headers }, resolve));
  t.match(inDialog, /injection/i);
  t.equal(peer.waiting, 0);
});

t.test('addresses that no answer could repeat are not sent', async (t) => {
  const { lane, peer } = await testbed(t);
  for (const headers of [{ From: '"a <sip:a@h' }, { To: '<sip:b@h>, <sip:c@h>' }, { 'Call-ID': 'a;b' }]) {
    const uri = `sip:b@127.0.0.1:${peer.port}`;
    const told: unknown[] = [];
    const progress = { cbRequest: (error: unknown) => told.push(error), cbProvisional: () => undefined };
    const error = await failureOf(lane.createUAC({ uri, headers, localSdp: SDP }, progress));
    t.match(error, new RegExp(`"${Object.keys(headers)[0]}" has a value that cannot be sent`));
    t.same(told, [error]);
  }
  t.equal(peer.waiting, 0);
});

t.test('a call that is called back is cancelled once it rings', async (t) => {
  const { lane, peer } = await testbed(t);
  let sent: LaneSentRequest | undefined;
  const placed = lane.createUAC(
    { uri: `sip:b@127.0.0.1:${peer.port}`, headers: {}, localSdp: SDP },
    {
      cbRequest: (_error, request) => {
        sent = request;
      },
      cbProvisional: () => sent?.cancel({ headers: { Reason: 'SIP;cause=200' } }),
    },
  );
  const invite = await peer.next();
  peer.send(responseTo(invite, 180, { tag: 'b' }));
  const cancel = await peer.next();
  t.equal(cancel.method, 'CANCEL');
  t.equal(cancel.header('reason'), 'SIP;cause=200');
  peer.send(responseTo(cancel, 200));
  peer.send(responseTo(invite, 487, { tag: 'b' }));
  t.match(await failureOf(placed), { status: 487 });
});

t.test('a re-INVITE that our BYE overtakes leaves nothing behind', async (t) => {
  const { engine, lane, peer } = await testbed(t);
  const { dialog } = await answeredOut(lane, peer);
  dialog.request({ method: 'INVITE', body: SDP }, () => undefined);
  const again = await peer.next();
  peer.send(responseTo(again, 100));
  const over = new Promise<void>((resolve) => dialog.destroy({}, () => resolve()));
  for (let message = await peer.next(); ; message = await peer.next()) {
    peer.send(responseTo(message, 200));
    if (message.method === 'BYE') break;
  }
  await over;
  const { outgoing } = (lane as DirectCalls).hub.dialogs.context;
  t.same(
    outgoing.values().map(({ method, attached }) => [method, attached]),
    [['INVITE', undefined]],
  );
  t.equal(engine.stats.dialogs, 0);
});

t.test('an answer whose Contact is of no use is acknowledged and hung up, and the call fails', async (t) => {
  const { lane, peer } = await testbed(t);
  const placed = lane.createUAC(
    { uri: `sip:b@127.0.0.1:${peer.port}`, headers: { From: '<sip:a@localhost>' }, localSdp: SDP },
    { cbRequest: () => undefined, cbProvisional: () => undefined },
  );
  const failed = failureOf(placed);
  peer.send(responseTo(await peer.next(), 200, { tag: 'b', contact: '<http://127.0.0.1/>', body: SDP }));
  t.match(await failed, { status: 500 });
  t.equal((await peer.next()).method, 'ACK');
  const bye = await peer.next();
  t.equal(bye.method, 'BYE');
  peer.send(responseTo(bye, 200));
});
