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
    ['sip:a@203.0.113.9:40000;ob', undefined],
    ['sip:a@203.0.113.9:4000', back],
    ['sip:a@203.0.113.9;ob', undefined],
    ['sip:203.0.113.9:40000', undefined],
    ['sip:a@203.0.113.99:40000', back],
    ['sip:a@pbx.example', back],
    [undefined, undefined],
  ] as const) {
    t.same(natRouteOfCaller('on', flow, contact, []), expected, contact ?? 'no Contact');
    t.equal(
      natRouteOfCaller('on', flow, contact, ['<sip:198.51.100.1;lr>']),
      undefined,
      'proxies on the path answer for it',
    );
  }
  t.equal(natRouteOfCaller('on', from('203.0.113.9', 40000, 'tcp'), 'sip:a@10.0.0.1', []), undefined);
  t.end();
});

t.test('one IPv6 address in two spellings is no NAT', (t) => {
  t.equal(natRouteOfCaller('on', from('2001:db8::1', 5060), 'sip:a@[2001:DB8:0::1]', []), undefined);
  t.end();
});

t.test('a callee: a differing port alone does not count, a private first route does', (t) => {
  const flow = from('203.0.113.9', 5070);
  const source = { address: '203.0.113.9', port: 5070 };
  t.equal(natRouteOfCallee('on', flow, 'sip:b@203.0.113.9:5060', [], 'INVITE'), undefined);
  t.same(natRouteOfCallee('on', flow, 'sip:b@10.1.1.1', [], 'INVITE'), source);
  t.same(natRouteOfCallee('on', flow, 'sip:b@203.0.113.99:5070', [], 'INVITE'), source);
  t.equal(natRouteOfCallee('on', flow, 'sip:b@10.1.1.1', [], 'SUBSCRIBE'), undefined);
  t.equal(natRouteOfCallee('on', flow, 'sip:b@10.1.1.1', ['<sip:198.51.100.1;lr>'], 'INVITE'), undefined);
  t.same(natRouteOfCallee('on', flow, 'sip:b@10.1.1.1', ['<sip:172.20.0.1;lr>'], 'INVITE'), source);
  t.end();
});

t.test('detection can be off, or believe what a proxy says by nat=yes', (t) => {
  const flow = from('203.0.113.9', 40000);
  const source = { address: '203.0.113.9', port: 40000 };
  const behind = '<sip:198.51.100.1;lr;nat=yes>';
  t.equal(natRouteOfCaller('off', flow, 'sip:a@192.168.1.5', []), undefined);
  t.equal(natRouteOfCallee('off', flow, 'sip:b@10.1.1.1', [], 'INVITE'), undefined);
  t.equal(natRouteOfCaller('on', flow, 'sip:a@192.168.1.5', [behind]), undefined);
  t.same(natRouteOfCaller('aggressive', flow, 'sip:a@192.168.1.5', [behind]), source);
  t.same(natRouteOfCallee('aggressive', flow, 'sip:b@203.0.113.9', [behind], 'INVITE'), source);
  t.same(natRouteOfCallee('aggressive', flow, 'sip:b@203.0.113.9;nat=yes', [], 'INVITE'), source);
  t.end();
});
