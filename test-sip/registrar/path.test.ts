import t from 'tap';
import { CARRIER, Leg } from '../support/call.ts';
import { startEdgeProxy } from '../support/edge-proxy.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';
import { startWorld } from './world.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n';

t.test('RFC 3327: a PBX behind an edge proxy is registered, probed and called through it', async (t) => {
  const world = await startWorld(t, 'registration: { probe_interval_sec: 1 }');
  const { product } = world;
  const edge = await startEdgeProxy(t, { host: '127.0.0.1', port: product.sipPort });
  t.teardown(() => (t.passing() ? undefined : t.comment(edge.output())));
  const trunk = product.trunk('Acme Corp');
  const pbx = await UserAgent.open(t, { transport: 'udp', host: edge.host, port: edge.port }, trunk);
  const contact = `${pbx.contactUri};line=p7`;
  const headers = [['supported', 'path']] as const;
  const { answer } = await pbx.register({ contacts: [`<${contact}>`], headers });
  t.equal(answer.status, 200);
  t.match(answer.header('path'), `<sip:${edge.host}:${edge.port};lr>`, 'the PBX is shown the way');
  t.match((await world.registration(trunk)).contacts, [{ contact, source: `${edge.host}:${edge.port}` }]);

  const probe = await pbx.next('OPTIONS');
  t.match(probe.headerLines('via')[0], `${edge.host}:${edge.port}`, 'the probe came by the edge');
  t.equal(probe.header('route'), undefined, 'which took itself off the route');
  const isMeasured = async () => (await world.registration(trunk)).contacts.some((shown) => (shown.rtt_ms ?? 0) > 0);
  await until('its answer came back', isMeasured);

  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const placed = Leg.place(carrier, `sip:${trunk.dids[0]}@127.0.0.1:${product.sipPort}`);
  const invite = await pbx.next('INVITE');
  t.equal(invite.uri, contact, 'the Contact, byte for byte');
  t.match(invite.headerLines('via')[0], `${edge.host}:${edge.port}`, 'the call came by the edge');
  t.equal(invite.header('route'), undefined);
  const recorded = invite.headerLines('record-route').map((line) => ['record-route', line] as const);
  t.equal(recorded.length, 1);
  const described = [['contact', `<${contact}>`] as const, ['content-type', 'application/sdp'] as const];
  pbx.respond(invite, 200, [['to', `${invite.header('to')};tag=pbx`], ...recorded, ...described], SDP);
  const caller = await placed;
  if (!(caller instanceof Leg)) throw new Error(`answered ${caller.status}`);
  t.match((await pbx.next('ACK')).headerLines('via')[0], `${edge.host}:${edge.port}`);
  const [bye] = await Promise.all([
    caller.hangUp(),
    pbx.next('BYE').then((request) => {
      t.match(request.headerLines('via')[0], `${edge.host}:${edge.port}`, 'and so does its end');
      pbx.respond(request, 200);
    }),
  ]);
  t.equal(bye.status, 200);
});
