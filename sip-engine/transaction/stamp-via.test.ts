import t from 'tap';
import { stampTopVia, stampViaLine } from './stamp-via.ts';

const NAT = { remoteAddress: '203.0.113.9', remotePort: 40_000 };
const HERE = { remoteAddress: '10.0.0.9', remotePort: 5062 };

t.test('a Via line gets received and rport as RFC 3581 wants them', (t) => {
  const cases: readonly (readonly [line: string, source: typeof NAT, expected: string])[] = [
    ['SIP/2.0/UDP 10.0.0.9:5062;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.9:5062;branch=z'],
    ['SIP/2.0/UDP 10.0.0.9:5062', HERE, 'SIP/2.0/UDP 10.0.0.9:5062'],
    ['SIP/2.0/UDP 10.0.0.9;rport;branch=z', HERE, 'SIP/2.0/UDP 10.0.0.9;rport=5062;branch=z;received=10.0.0.9'],
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

t.test('only the first Via of a message is touched, wherever it stands and however it is spelled', (t) => {
  const text = (via: string) =>
    `OPTIONS sip:a SIP/2.0\r\nTo: <sip:a>\r\n${via}\r\nVia: SIP/2.0/UDP x;rport\r\n\r\nv: SIP\r\n`;
  const cases = [
    ['v: SIP/2.0/UDP a.b;rport', 'v: SIP/2.0/UDP a.b;rport=40000;received=203.0.113.9'],
    ['VIA \t:SIP/2.0/UDP a.b', 'VIA \t:SIP/2.0/UDP a.b;received=203.0.113.9'],
    ['Via: SIP/2.0/UDP\r\n a.b\r\n\t;rport', 'Via: SIP/2.0/UDP a.b ;rport=40000;received=203.0.113.9'],
  ] as const;
  for (const [before, after] of cases) {
    t.equal(stampTopVia(Buffer.from(text(before)), NAT).toString(), text(after));
  }
  t.end();
});

t.test('bytes that need nothing, or are no message, come back as they are', (t) => {
  const plain = Buffer.from('OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5062\r\n\r\n');
  t.equal(stampTopVia(plain, HERE), plain);
  for (const text of [
    '',
    '\n',
    'OPTIONS',
    'X\r\nVia: SIP/2.0/UDP a',
    'X\r\n\r\nVia: SIP/2.0/UDP a\r\n',
    'X\r\nVery: 1\r\n',
  ]) {
    const bytes = Buffer.from(text);
    t.equal(stampTopVia(bytes, NAT), bytes);
  }
  t.end();
});
