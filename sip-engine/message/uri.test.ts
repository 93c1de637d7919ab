import t from 'tap';
import { fc } from '../testing-properties.ts';
import { formatUri, parseUri, SipInjectionError, SipParseError, uriEquals } from './index.ts';

t.test('the parts of a URI are found where RFC 3261 19.1.3 has them', (t) => {
  t.match(parseUri('sip:alice:secretword@Atlanta.com;transport=tcp;LR'), {
    scheme: 'sip',
    user: 'alice',
    password: 'secretword',
    host: 'atlanta.com',
    port: 0,
  });
  t.strictSame(
    [...parseUri('sip:alice@atlanta.com;Transport=tcp;lr').params],
    [
      ['transport', 'tcp'],
      ['lr', ''],
    ],
  );
  t.match(parseUri('sips:1212@gateway.com:5061?subject=project%20x&priority=urgent'), {
    port: 5061,
    headers: 'subject=project%20x&priority=urgent',
  });
  t.match(parseUri('sip:alice;day=tuesday@atlanta.com'), { user: 'alice;day=tuesday', host: 'atlanta.com' });
  t.match(parseUri('SIP:user;par=u%40example.net@example.com'), { scheme: 'sip', user: 'user;par=u%40example.net' });
  t.match(parseUri('sip:+1-212-555-1212:1234@gateway.com;user=phone'), { user: '+1-212-555-1212', password: '1234' });
  t.match(parseUri('sip:h?x=a'), { user: '', host: 'h', headers: 'x=a' });
  t.match(parseUri("sip:1_u&isn't+it$/crazy?,/;;*@example.com"), {
    user: "1_u&isn't+it$/crazy?,/;;*",
    host: 'example.com',
  });
  t.match(parseUri('tel:+31-20-123.4567;ext=12'), { scheme: 'tel', host: '+31-20-123.4567', user: '' });
  t.match(parseUri('tel:7042;phone-context=example.com'), { host: '7042' });
  t.end();
});

t.test('what is no URI is refused, with 416 for other schemes', (t) => {
  const bad = [
    '',
    'sip',
    'sip:',
    'sip:@host',
    'sip:a@',
    'sip:a@b@c',
    'sip:a b@c',
    'sip:a@h:',
    'sip:a@h:0',
    'sip:a@h:65536',
    'sip:a@h:5x',
    'sip:a@h;;x',
    'sip:a@-h',
    'sip:a@h..i',
    '<sip:a@h>',
    'sip:a@h\r\nX: y',
    'tel:',
    'tel:abcxyz',
    'sip:a@h/x',
    'sip:"a"@h',
  ];
  for (const text of bad) t.throws(() => parseUri(text), SipParseError, JSON.stringify(text));
  for (const text of ['http://h/', 'nobodyKnowsThisScheme:totallyopaquecontent', 'mailto:a@b']) {
    t.throws(() => parseUri(text), { status: 416, code: 'uri_scheme' }, text);
  }
  t.end();
});

t.test('URIs that RFC 3261 19.1.4 calls equal are equal, both ways', (t) => {
  const pairs = [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
    ['tel:+31-20-1234567', 'tel:+31201234567'],
    ['tel:7042;phone-context=Example.com', 'tel:7042;phone-context=example.com'],
  ] as const;
  for (const [a, b] of pairs) t.ok(uriEquals(a, b) && uriEquals(b, a), `${a} = ${b}`);
  t.end();
});

t.test('URIs that RFC 3261 19.1.4 calls different are different, both ways', (t) => {
  const pairs = [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:bob@biloxi.com', 'sips:bob@biloxi.com'],
    ['sip:bob@biloxi.com', 'sip:biloxi.com'],
    ['sip:bob:pw@biloxi.com', 'sip:bob@biloxi.com'],
    ['sip:bob@biloxi.com;maddr=10.0.0.1', 'sip:bob@biloxi.com'],
    ['sip:bob@biloxi.com;ttl=1', 'sip:bob@biloxi.com'],
    ['sip:bob@biloxi.com;user=phone', 'sip:bob@biloxi.com'],
    ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
    ['sip:a%3Bb@h', 'sip:a;b@h'],
    ['sip:a%2541@h', 'sip:a%41@h'],
    ['tel:7042;phone-context=example.com', 'tel:7042'],
    ['tel:+7042', 'tel:7042'],
  ] as const;
  for (const [a, b] of pairs) t.notOk(uriEquals(a, b) || uriEquals(b, a), `${a} <> ${b}`);
  t.end();
});

t.test('RFC 3261 19.1.4: equality is not transitive where parameters are ignored', (t) => {
  t.ok(uriEquals('sip:c@h', 'sip:c@h;security=on') && uriEquals('sip:c@h', 'sip:c@h;security=off'));
  t.notOk(uriEquals('sip:c@h;security=on', 'sip:c@h;security=off'));
  t.end();
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/);
const uri = fc.record({
  scheme: fc.constantFrom('sip' as const, 'sips' as const),
  user: fc.stringMatching(/^[A-Za-z0-9_.!~*'()&=+$,;?/%-]{0,20}$/),
  password: fc.constant(''),
  host: fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().filter((text) => !text.includes('%')),
  ),
  port: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 })),
  params: fc
    .dictionary(name, fc.stringMatching(/^[A-Za-z0-9[\]/:&+$_.!~*'()%-]{0,12}$/))
    .map((o) => new Map(Object.entries(o))),
  headers: fc.stringMatching(/^([a-z]{1,8}=[A-Za-z0-9%.-]{0,10})?$/),
});

t.test('property: parse of format is the same URI, and equal to itself', (t) => {
  fc.assert(
    fc.property(uri, (parts) => {
      const text = formatUri(parts);
      const back = parseUri(text);
      if (formatUri(back) !== text) throw new Error(`${text} became ${formatUri(back)}`);
      if (!uriEquals(back, parts)) throw new Error(`${text} is not equal to itself`);
      t.strictSame(
        { ...back, params: [...back.params] },
        { ...parts, host: parts.host.toLowerCase(), params: [...parts.params] },
      );
    }),
    { numRuns: 300 },
  );
  t.end();
});

t.test('property: no text makes the parser do anything but answer or throw its own error', (t) => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^sip:[a@:;?=%[\].0-9<> -]{0,20}$/)),
      (text) => {
        try {
          formatUri(parseUri(text));
        } catch (error) {
          if (!(error instanceof SipParseError)) throw error;
        }
      },
    ),
    { numRuns: 2000 },
  );
  t.pass('held');
  t.end();
});

t.test('parts that would change the URI around them cannot be formatted', (t) => {
  const good = parseUri('sip:a@h');
  for (const user of ['a@b', 'a b', 'a>', 'a\r\nX: y', 'a\0'])
    t.throws(() => formatUri({ ...good, user }), SipInjectionError, JSON.stringify(user));
  t.throws(() => formatUri({ ...good, params: new Map([['x', 'y>\r\n']]) }), SipInjectionError);
  t.throws(() => formatUri({ ...good, headers: 'a=b c' }), SipInjectionError);
  for (const host of ['h;lr', 'h?a=b', 'b@h', '::1]', 'h:1', ''])
    t.throws(() => formatUri({ ...good, host }), SipInjectionError, host);
  for (const value of ['a;lr', 'a?b=c'])
    t.throws(() => formatUri({ ...good, params: new Map([['x', value]]) }), SipInjectionError);
  t.throws(() => formatUri({ ...good, user: '', params: new Map([['x', 'a@b']]) }), SipInjectionError);
  t.throws(() => formatUri({ ...good, user: '', headers: 'x=a@b' }), SipInjectionError);
  t.end();
});
