import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import { type Peer, REFUSING_PORT, requestText, startEngine, udpPeer } from '../engine-test-peer.ts';
import { OutgoingMessage, type SipMessage } from '../message/index.ts';
import { createFakeClock } from '../timer/index.ts';

interface Results {
  readonly connected: boolean;
  readonly finalStatus: number | undefined;
  readonly responses: readonly { readonly msgs: readonly { readonly status: number }[] }[];
}

type ProxyOptions = Record<string, unknown>;

/** An engine with an unmodified drachtio app that proxies every INVITE to the given ports; its clock stands still. */
async function start(t: Test, options: ProxyOptions) {
  const { engine, udpPort, errors } = await startEngine(t, {}, {}, { clock: createFakeClock() });
  const srf = new Srf();
  const targets: string[] = [];
  const outcome = Promise.withResolvers<Results>();
  const seen: string[] = [];
  srf.use((req, _res, next) => {
    seen.push(req.method);
    next();
  });
  srf.invite((req, res) => {
    const proxied: unknown = srf.proxyRequest(req, targets, options);
    void (proxied as Promise<Results>).then(outcome.resolve, outcome.reject);
    void res;
  });
  const server = engine.attachApp({ secret: 'cymru', methods: ['INVITE', 'BYE'] });
  // The published types do not know `server`.
  void srf.listen({ server, secret: 'cymru' } as Parameters<typeof srf.listen>[0]);
  const caller = await udpPeer(t, udpPort);
  const callee = async (): Promise<Peer> => {
    const peer = await udpPeer(t, udpPort);
    targets.push(`sip:127.0.0.1:${peer.port}`);
    return peer;
  };
  return { engine, udpPort, caller, callee, targets, results: outcome.promise, seen, errors };
}

const answer = (
  peer: Peer,
  request: SipMessage,
  status: number,
  lines: readonly (readonly [string, string])[] = [],
) => {
  const response = OutgoingMessage.responseTo(request, status);
  if (status > 100 && request.toTag === '') response.set('To', `${request.header('to')};tag=callee`);
  for (const route of request.headerLines('record-route')) response.add('Record-Route', route);
  for (const [name, value] of lines) response.add(name, value);
  peer.send(response.toText());
};

/** The next message that is no 100. */
async function next(peer: Peer): Promise<SipMessage> {
  for (;;) {
    const message = await peer.next();
    if (message.status !== 100) return message;
  }
}

const INVITE = { 'Call-ID': 'proxied', 'Max-Forwards': '70' };

t.test('an app proxies in series: two results, one end, and the caller gets the answer of the second', async (t) => {
  const { caller, callee, results, errors } = await start(t, { forking: 'sequential' });
  const [first, second] = [await callee(), await callee()];
  caller.send(requestText('INVITE', INVITE));
  answer(first, await first.next(), 486);
  t.equal((await first.next()).method, 'ACK');
  answer(second, await second.next(), 200);
  t.equal((await next(caller)).status, 200);
  const { connected, finalStatus, responses } = await results;
  t.same([connected, finalStatus], [true, 200]);
  t.same(
    responses.flatMap(({ msgs }) => msgs.map(({ status }) => status)),
    [486, 200],
  );
  t.same(errors, []);
});

t.test('a call that stays with us: Record-Route, and a BYE the app does not see', async (t) => {
  const { caller, callee, results, seen, engine, udpPort } = await start(t, { remainInDialog: true });
  const peer = await callee();
  caller.send(requestText('INVITE', { ...INVITE, Contact: `<sip:alice@127.0.0.1:${caller.port}>` }));
  const invite = await peer.next();
  t.match(invite.header('record-route'), new RegExp(`^<sip:127.0.0.1:${udpPort};lr;dlg=[0-9a-f]{32}>$`));
  answer(peer, invite, 200, [['Contact', `<sip:bob@127.0.0.1:${peer.port}>`]]);
  const ok = await next(caller);
  await results;
  const inDialog = { ...INVITE, To: ok.header('to') ?? '', Route: ok.header('record-route') ?? '' };
  const uri = `sip:bob@127.0.0.1:${peer.port}`;
  const send = (method: string, cseq: string) =>
    caller.send(requestText(method, { ...inDialog, CSeq: cseq }).replace('sip:bob@example.com SIP', `${uri} SIP`));
  send('ACK', '1 ACK');
  t.match(await peer.next(), { method: 'ACK', uri });
  send('BYE', '2 BYE');
  const bye = await peer.next();
  t.match(bye, { method: 'BYE', uri });
  t.equal(bye.header('route'), undefined);
  answer(peer, bye, 200);
  t.match(await next(caller), { status: 200, cseqMethod: 'BYE' });
  t.same(seen, ['INVITE']);
  t.equal(engine.stats.dialogs, 0);
});

t.test('an app that rings two targets hears of the one that answered, whatever the other says later', async (t) => {
  const { caller, callee, results } = await start(t, { forking: 'simultaneous' });
  const [loser, winner] = [await callee(), await callee()];
  caller.send(requestText('INVITE', INVITE));
  const lost = await loser.next();
  answer(loser, lost, 180);
  t.equal((await next(caller)).status, 180);
  answer(winner, await winner.next(), 200);
  t.equal((await next(caller)).status, 200);
  answer(loser, await loser.next(), 200);
  answer(loser, lost, 487);
  const { connected, finalStatus } = await results;
  t.same([connected, finalStatus], [true, 200]);
});

t.test('a dead UDP target costs no time: the next one is asked at once', async (t) => {
  const { caller, callee, targets, results } = await start(t, { forking: 'sequential' });
  targets.push(`sip:127.0.0.1:${REFUSING_PORT}`);
  const alive = await callee();
  caller.send(requestText('INVITE', INVITE));
  answer(alive, await alive.next(), 200);
  t.equal((await next(caller)).status, 200);
  t.equal((await results).finalStatus, 200);
});

t.test('the caller gives up: every ringing target is cancelled, and the app hears the end', async (t) => {
  const { caller, callee, results } = await start(t, { forking: 'simultaneous' });
  const peers = [await callee(), await callee()];
  const invite = requestText('INVITE', INVITE);
  caller.send(invite);
  const ringing = await Promise.all(
    peers.map(async (peer) => {
      const request = await peer.next();
      answer(peer, request, 180);
      return request;
    }),
  );
  await next(caller);
  await next(caller);
  caller.send(invite.replace(/^INVITE/, 'CANCEL').replace('1 INVITE', '1 CANCEL'));
  t.match(await next(caller), { status: 200, cseqMethod: 'CANCEL' });
  for (const [i, peer] of peers.entries()) {
    const cancel = await peer.next();
    t.equal(cancel.method, 'CANCEL');
    answer(peer, cancel, 200);
    const request = ringing[i];
    if (request !== undefined) answer(peer, request, 487);
  }
  t.match(await next(caller), { status: 487, cseqMethod: 'INVITE' });
  t.same([(await results).connected, (await results).finalStatus], [false, 487]);
});

t.test('Max-Forwards 0 rejects with the reason, and the caller gets 483', async (t) => {
  const { caller, callee, results } = await start(t, {});
  await callee();
  caller.send(requestText('INVITE', { ...INVITE, 'Max-Forwards': '0' }));
  // srf rejects with the reason's text.
  t.match(await results.catch(String), /483 Too Many Hops/);
  t.equal((await next(caller)).status, 483);
});
