import t from 'tap';
import type { SrfRequest } from './srf-adapter.ts';
import { toInboundRequest } from './srf-request.ts';

const RAW =
  'INVITE sip:+31201234567@sip.example SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1;rport ; Branch = z9hG4bKa1;received=x\r\n' +
  'Via: SIP/2.0/TCP 192.0.2.2;branch=z9hG4bKb\r\nDiversion: <sip:1@a>\r\ndiversion: <sip:2@b>,\r\n <sip:3@c>\r\n\r\nv=0';

function request(more: Partial<SrfRequest> = {}): SrfRequest {
  const known: Readonly<Record<string, string>> = { 'call-id': 'c1', cseq: '7 INVITE' };
  const fields = { method: 'INVITE', uri: 'sip:+31201234567@sip.example', body: 'v=0', raw: RAW };
  const source = { source_address: '192.0.2.1', source_port: 5060, protocol: 'udp', receivedOn: '[2001:db8::1]:5070' };
  return { ...fields, ...source, get: (name: string) => known[name], has: () => false, on: () => undefined, ...more };
}

t.test('the steps read a request of srf from its own lines, short names and folded lines too', async (t) => {
  const inbound = toInboundRequest(request());
  t.match(inbound, {
    callId: 'c1',
    cseq: 7,
    transport: 'udp',
    localAddress: '[2001:db8::1]',
    localPort: 5070,
    flowId: '',
  });
  t.equal(inbound.branch, 'z9hG4bKa1');
  t.same(inbound.headerLines('diversion'), ['<sip:1@a>', '<sip:2@b>, <sip:3@c>']);
  t.equal(inbound.header('via')?.startsWith('SIP/2.0/UDP'), true);
  t.same(inbound.headerLines('route'), []);
});

t.test('a request of the embedded engine is asked for its lines', async (t) => {
  const headerLines = (name: string) => (name === 'via' ? ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKc'] : []);
  const inbound = toInboundRequest(request({ headerLines, sessionToken: 'f1' }));
  t.match(inbound, { flowId: 'f1', branch: 'z9hG4bKc' });
  t.equal(inbound.header('diversion'), undefined);
});

t.test('no request has a getter of its own, which keeps its call until the whole heap is collected', async (t) => {
  const own = Object.values(Object.getOwnPropertyDescriptors(toInboundRequest(request())));
  t.ok(own.length > 0);
  t.same(
    own.filter(({ get }) => get !== undefined),
    [],
  );
});
