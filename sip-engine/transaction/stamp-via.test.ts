import t from 'tap';
import { stampViaLine } from './stamp-via.ts';

const NAT = { remoteAddress: '203.0.113.9', remotePort: 40_000 };
const HERE = { remoteAddress: '10.0.0.9', remotePort: 5062 };

t.test('a Via line gets received and rport as RFC 3581 wants them', (t) => {
  const cases: readonly (readonly [line: string, source: typeof NAT, expected: string])[] = [
    ['SIP/2.0/UDP 10.0.0.9:5062;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.9:5062;branch=z'],
    ['SIP/2.0/UDP 10.0.0.99:5062;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.99:5062;branch=z;received=10.0.0.9'],
    ['SIP/2.0/UDP 10.0.0.9.b;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.9.b;branch=z;received=10.0.0.9'],
    ['SIP/2.0/UDP 10.0.0.9;branch=z;received=1.2.3.4', HERE, 'SIP/2.0/UDP 10.0.0.9;branch=z;received=10.0.0.9'],
    ['SIP/;x.0/UDP 10.0.0.9;branch=z', HERE, 'SIP/;x.0/UDP 10.0.0.9;branch=z;received=10.0.0.9'],
    ['SIP/2.0/,UDP 10.0.0.9;branch=z', HERE, 'SIP/2.0/;received=10.0.0.9,UDP 10.0.0.9;branch=z'],
    ['SIP/2.0/UDP 10.0.0.9:5062', HERE, 'SIP/2.0/UDP 10.0.0.9:5062'],
    ['SIP/2.0/UDP 10.0.0.9;rport;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.9;rport=5062;branch=z;received=10.0.0.9'],
    ['SIP/2.0/UDP a.b:50000;rport;branch=z', NAT, 'SIP/2.0/UDP a.b:50000;rport=40000;branch=z;received=203.0.113.9'],
    ['SIP/2.0/TLS a.b;rport;branch=z;alias', NAT, 'SIP/2.0/TLS a.b;rport=40000;branch=z;alias;received=203.0.113.9'],
    ['SIP/2.0/UDP a.b;branch=z;rport', NAT, 'SIP/2.0/UDP a.b;branch=z;rport=40000;received=203.0.113.9'],
    ['SIP/2.0/UDP a.b;branch=z', NAT, 'SIP/2.0/UDP a.b;branch=z;received=203.0.113.9'],
    ['SIP/2.0/UDP a.b', NAT, 'SIP/2.0/UDP a.b;received=203.0.113.9'],
    ['SIP/2.0/UDP a.b ; RPORT = 1 ;branch=z', NAT, 'SIP/2.0/UDP a.b ;rport=40000 ;branch=z;received=203.0.113.9'],
    ['SIP/2.0/UDP 203.0.113.9;received=1.2.3.4;branch=z', NAT, 'SIP/2.0/UDP 203.0.113.9;branch=z;received=203.0.113.9'],
    ['SIP/2.0/UDP a.b;xrport;branch=z', NAT, 'SIP/2.0/UDP a.b;xrport;branch=z;received=203.0.113.9'],
    ['SIP / 2.0 / UDP 10.0.0.9 : 5062 ;branch=z', HERE, 'SIP / 2.0 / UDP 10.0.0.9 : 5062 ;branch=z'],
    [
      'SIP/2.0/UDP a.b;q="x,;y";rport, SIP/2.0/TCP c;rport',
      NAT,
      'SIP/2.0/UDP a.b;q="x,;y";rport=40000;received=203.0.113.9, SIP/2.0/TCP c;rport',
    ],
    ['SIP/2.0/UDP [2001:db8::1]:5060;branch=z', { ...HERE, remoteAddress: '2001:db8::1' }, ''],
  ];
  for (const [line, source, expected] of cases) t.equal(stampViaLine(line, source), expected || line);
  t.end();
});
