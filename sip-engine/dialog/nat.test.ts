import t from 'tap';
import type { Flow } from '../transport/index.ts';
import { natRouteOfCallee, natRouteOfCaller } from './nat.ts';

const from = (remoteAddress: string, remotePort: number, transport: Flow['transport'] = 'udp'): Flow =>
  ({ remoteAddress, remotePort, transport }) as Flow;

t.test('a caller whose Contact is not where it came from is called back there', (t) => {
  const flow = from('203.0.113.9', 40000);
  const back = { address: '203.0.113.9', port: 40000 };
  for (const [contact, expected] of [
    ['sip:a@192.168.1.5', back],
    ['sip:a@203.0.113.9:5060', back],
    ['sip:a@203.0.113.9:40000', undefined],
    ['sip:a@203.0.113.9', undefined],
    ['sip:a@pbx.example', back],
    [undefined, undefined],
  ] as const) {
    t.same(natRouteOfCaller(flow, contact, false), expected, contact ?? 'no Contact');
    t.equal(natRouteOfCaller(flow, contact, true), undefined, 'proxies on the path answer for it');
  }
  t.equal(natRouteOfCaller(from('203.0.113.9', 40000, 'tcp'), 'sip:a@10.0.0.1', false), undefined);
  t.end();
});

t.test('one IPv6 address in two spellings is no NAT', (t) => {
  t.equal(natRouteOfCaller(from('2001:db8::1', 5060), 'sip:a@[2001:DB8:0::1]', false), undefined);
  t.end();
});

t.test('a callee: a differing port alone does not count, a private first route does', (t) => {
  const flow = from('203.0.113.9', 5070);
  const source = { address: '203.0.113.9', port: 5070 };
  t.equal(natRouteOfCallee(flow, 'sip:b@203.0.113.9:5060', [], 'INVITE'), undefined);
  t.same(natRouteOfCallee(flow, 'sip:b@10.1.1.1', [], 'INVITE'), source);
  t.equal(natRouteOfCallee(flow, 'sip:b@10.1.1.1', [], 'SUBSCRIBE'), undefined);
  t.equal(natRouteOfCallee(flow, 'sip:b@10.1.1.1', ['<sip:198.51.100.1;lr>'], 'INVITE'), undefined);
  t.same(natRouteOfCallee(flow, 'sip:b@10.1.1.1', ['<sip:172.20.0.1;lr>'], 'INVITE'), source);
  t.end();
});
