import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { inviteText, requestIn, responseTo } from '../control/call-text.ts';
import { REFUSING_PORT, tcpPeer } from '../engine-test-peer.ts';
import type { LaneDialog } from '../lane/index.ts';
import { parseMessage, type SipMessage } from '../message/index.ts';
import { TestInbox } from '../testing-inbox.ts';
import { settled } from '../transport/testing.ts';
import { callFor, type WorkerPair, workerPair } from './workers-fixture.ts';

/** A call over a connection of home that the call worker owns, and has answered. */
async function callOverTcp(t: Test, pair: WorkerPair) {
  const peer = await tcpPeer(t, pair.tcpPort);
  const overTcp = (text: string) => text.replace('SIP/2.0/UDP', 'SIP/2.0/TCP');
  peer.send(overTcp(inviteText(callFor(pair.other, 'tcp'), peer.port, { body: '' })));
  const [req, res] = await pair.other.invites.take();
  t.match(req, { protocol: 'tcp', source_address: '127.0.0.1', source_port: peer.port });
  t.equal(req.receivedOn, `127.0.0.1:${pair.tcpPort}`);
  t.equal((await peer.next()).status, 100);
  const dialog = await pair.other.lane.createUAS(req, res, { localSdp: '', headers: {} });
  const ok = await peer.next();
  t.match(ok.header('contact'), `127.0.0.1:${pair.tcpPort};transport=tcp`);
  const acknowledged = new Promise<void>((resolve) => dialog.once('ack', () => resolve()));
  peer.send(overTcp(requestIn(ok, 'ACK', 1)));
  await acknowledged;
  return { peer, dialog, ok, flowId: req.sessionToken, overTcp };
}

/** A carrier that listens for TCP; its end of the first connection, and what comes over it. */
async function tcpCarrier(t: Test) {
  const requests = new TestInbox<SipMessage>('the carrier', ({ method }) => method);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        requests.put(parseMessage(Buffer.from(text.slice(0, end + 4), 'latin1')));
        text = text.slice(end + 4);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    requests.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, requests, sockets };
}

function placeCall({ other }: WorkerPair, uri: string): Promise<unknown> {
  return other.lane.createUAC(
    { uri, headers: { From: '<sip:a@localhost>' } },
    { cbRequest: () => undefined, cbProvisional: () => undefined },
  );
}

t.test('a call over a connection of home belongs to a call worker; the BYE of the peer reaches it', async (t) => {
  const pair = await workerPair(t);
  const { peer, dialog, ok, overTcp } = await callOverTcp(t, pair);
  const ended = new Promise<string>((resolve) => dialog.on('destroy', (_bye, reason) => resolve(reason)));
  peer.send(overTcp(requestIn(ok, 'BYE', 2)));
  t.equal(await ended, 'normal release');
  t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
  t.same([...pair.home.errors, ...pair.other.errors], []);
});

t.test('a call worker sends over the connection of home that the call came over', async (t) => {
  const pair = await workerPair(t);
  const { peer, dialog } = await callOverTcp(t, pair);
  const ended = new Promise<unknown>((resolve) => dialog.destroy({}, resolve));
  const bye = await peer.next();
  t.match(bye, { method: 'BYE', topVia: { transport: 'TCP', port: pair.tcpPort } });
  peer.send(responseTo(bye, 200));
  t.notOk(await ended);
  t.equal(pair.home.engine.stats.connections, 1);
});

t.test('a call worker hears of the end of a connection', async (t) => {
  const pair = await workerPair(t);
  const closed: string[] = [];
  pair.other.engine.onFlowClosed((flowId, reason) => closed.push(`${flowId} ${reason}`));
  const { peer, flowId } = await callOverTcp(t, pair);
  t.equal(pair.other.engine.isFlowOpen(flowId), true);
  t.equal(pair.home.engine.isFlowOpen(flowId), true, 'it has one name everywhere');
  peer.close();
  await settled(() => closed.length > 0);
  t.same(closed, [`${flowId} peer`]);
  t.equal(pair.other.engine.isFlowOpen(flowId), false);
});

t.test('a call worker has a connection opened for it, once for all its calls', async (t) => {
  const pair = await workerPair(t);
  const carrier = await tcpCarrier(t);
  const uri = `sip:b@127.0.0.1:${carrier.port};transport=tcp`;
  const contact = `<${uri}>`;
  const first = placeCall(pair, uri);
  const invite = await carrier.requests.take();
  t.match(invite, { method: 'INVITE', topVia: { transport: 'TCP', port: pair.tcpPort } });
  const second = placeCall(pair, uri);
  const other = await carrier.requests.take();
  t.equal(carrier.sockets.length, 1);
  for (const request of [invite, other]) carrier.sockets[0]?.write(responseTo(request, 200, { tag: 'b', contact }));
  for (const placed of [first, second]) t.ok(((await placed) as { readonly res: unknown }).res);
});

t.test('a call over a connection that cannot be opened fails at once', async (t) => {
  const pair = await workerPair(t);
  await t.rejects(placeCall(pair, `sip:b@127.0.0.1:${REFUSING_PORT};transport=tcp`));
  await t.rejects(placeCall(pair, 'sip:b@127.0.0.1:5061;transport=tls'), 'nobody listens for TLS');
});

t.test('a call that waits for an answer fails with its connection', async (t) => {
  const pair = await workerPair(t);
  const carrier = await tcpCarrier(t);
  const placed = placeCall(pair, `sip:b@127.0.0.1:${carrier.port};transport=tcp`) as Promise<LaneDialog>;
  const failed = t.rejects(placed);
  await carrier.requests.take();
  carrier.sockets[0]?.destroy();
  await failed;
});
