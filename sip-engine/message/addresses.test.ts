import t from 'tap';
import { fc } from '../testing-properties.ts';
import {
  formatNameAddr,
  parseNameAddr,
  parseVia,
  quote,
  SipInjectionError,
  SipParseError,
  splitValues,
  unquote,
} from './index.ts';

t.test('name-addr and addr-spec forms give name, URI and parameters', (t) => {
  const cases: [string, string, string, [string, string][]][] = [
    [
      '"Bob \\"B\\" \\\\" <sip:bob@h;lr>;tag=a;x',
      'Bob "B" \\',
      'sip:bob@h;lr',
      [
        ['tag', 'a'],
        ['x', ''],
      ],
    ],
    ['Bob B. <sip:bob@h>', 'Bob B.', 'sip:bob@h', []],
    ['<sip:bob@h>', '', 'sip:bob@h', []],
    ['caller<sip:bob@h>;tag=323', 'caller', 'sip:bob@h', [['tag', '323']]],
    ['sip:bob@h;tag=a', '', 'sip:bob@h', [['tag', 'a']]],
    ['sip:bob@h', '', 'sip:bob@h', []],
    ['"" <sip:h>', '', 'sip:h', []],
    [
      '"a;b,c>d" <sip:h> ; expires = 60 ; q="0.5;x"',
      'a;b,c>d',
      'sip:h',
      [
        ['expires', '60'],
        ['q', '"0.5;x"'],
      ],
    ],
    ['Jörg <sip:j@h>;+sip.instance="<urn:uuid:1>"', 'Jörg', 'sip:j@h', [['+sip.instance', '"<urn:uuid:1>"']]],
    ['<sip:a@h>;TAG=x;tag=y', '', 'sip:a@h', [['tag', 'x']]],
    ['<tel:+1;phone-context=x>;a=b', '', 'tel:+1;phone-context=x', [['a', 'b']]],
  ];
  for (const [text, displayName, uri, params] of cases) {
    const got = parseNameAddr(text);
    t.strictSame([got.displayName, got.uri, [...got.params]], [displayName, uri, params], text);
  }
  t.end();
});

t.test('malformed addresses are refused', (t) => {
  const bad = [
    '',
    '"Bob <sip:b@h>',
    'a, b <sip:b@h>',
    '< >',
    '<sip:b@h x>',
    '<sip:b@h',
    '<>',
    '"x"',
    '<sip:b@h>;',
    '<sip:b@h>;;',
    '<sip:b@h>x',
    '<sip:b@h>;=x',
    'sip:b c@h',
    'a "b" <sip:b@h>',
    '<sip:b@h>;tag="x',
    '<sip:b@h>, <sip:c@h>',
  ];
  for (const text of bad) t.throws(() => parseNameAddr(text), SipParseError, JSON.stringify(text));
  t.end();
});

t.test('property: a name of any letters comes back from its quoted form', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (displayName) => {
      const address = { displayName, uri: 'sip:a@h', params: new Map([['tag', 'x']]) };
      if (/[\r\n\0]/.test(displayName)) {
        t.throws(() => formatNameAddr(address), SipInjectionError);
        return;
      }
      const back = parseNameAddr(formatNameAddr(address));
      if (back.displayName !== displayName || back.uri !== 'sip:a@h') throw new Error(formatNameAddr(address));
      if (unquote(quote(displayName)) !== displayName) throw new Error('quote');
    }),
    { numRuns: 500 },
  );
  t.throws(() => formatNameAddr({ displayName: '', uri: 'sip:a@h>\r\nX: y', params: new Map() }), SipInjectionError);
  t.throws(
    () => formatNameAddr({ displayName: '', uri: 'sip:a@h', params: new Map([['a', 'b\r\nX: y']]) }),
    SipInjectionError,
  );
  t.end();
});

t.test('comma lists are split outside quotes and brackets only', (t) => {
  const cases: [string, string[]][] = [
    ['a, b ,c', ['a', 'b', 'c']],
    ['"x, y" <sip:a,b@h>, <sip:c@h>', ['"x, y" <sip:a,b@h>', '<sip:c@h>']],
    ['"a\\", b", c', ['"a\\", b"', 'c']],
    [',, a,,', ['a']],
    ['', []],
    ['  ', []],
    ['Digest realm="a,b", qop="auth"', ['Digest realm="a,b"', 'qop="auth"']],
  ];
  for (const [line, values] of cases) t.strictSame(splitValues(line), values, line);
  t.end();
});

t.test('Via values are read with all their white space, and refused when broken', (t) => {
  t.match(
    parseVia('SIP  / 2.0  / TCP     spindle.example.com : 5061  ;\r\n  branch  =   z9hG4bK9ikj8  , SIP/2.0/UDP b'),
    {
      transport: 'TCP',
      host: 'spindle.example.com',
      port: 5061,
      branch: 'z9hG4bK9ikj8',
    },
  );
  t.match(parseVia('SIP/2.0/UDP 10.0.0.1;rport;branch=x'), { branch: 'x', port: 0, params: new Map([['rport', '']]) });
  for (const text of [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0 h',
    'SIP/2.0/UDP h;;',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:99999',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP h x',
    'SIP/2.0/UDP <h>',
    'SIP/2.0/UDP h;branch="x',
  ]) {
    t.throws(() => parseVia(text), SipParseError, text);
  }
  t.end();
});
