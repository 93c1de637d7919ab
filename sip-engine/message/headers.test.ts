import t from 'tap';
import { canonicalName, headerRank, lowerName, parseMessage, reasonPhrase, validateKnownHeaders } from './index.ts';

function message(lines: readonly string[], start = 'INVITE sip:b@h SIP/2.0'): ReturnType<typeof parseMessage> {
  const needed = [
    'Via: SIP/2.0/UDP h;branch=z9hG4bKx',
    'From: <sip:a@h>;tag=f',
    'To: <sip:b@h>',
    'Call-ID: c',
    'CSeq: 1 INVITE',
  ];
  return parseMessage(Buffer.from(`${[start, ...needed, ...lines].join('\r\n')}\r\n\r\n`));
}

const SPELLINGS = [
  'Record-Route',
  'Max-Forwards',
  'Contact',
  'User-Agent',
  'WWW-Authenticate',
  'Proxy-Authorization',
  'RSeq',
  'RAck',
  'SIP-ETag',
  'SIP-If-Match',
  'MIME-Version',
  'Min-SE',
  'Session-Expires',
  'Service-Route',
  'Subscription-State',
  'Remote-Party-ID',
  'P-Asserted-Identity',
  'Content-Type',
];
const COMPACT = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  j: 'Reject-Contact',
  k: 'Supported',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  u: 'Allow-Events',
  x: 'Session-Expires',
  y: 'Identity',
};

t.test('a known header is found however it is spelled, and written in its own spelling', (t) => {
  for (const name of SPELLINGS) {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
      t.equal(message([`${spelled}: 7`]).header(name.toLowerCase()), '7', spelled);
      t.equal(canonicalName(spelled), name);
    }
  }
  for (const [letter, name] of Object.entries(COMPACT)) {
    for (const spelled of [letter, letter.toUpperCase()])
      t.equal(message([`${spelled}: x`]).header(name), 'x', spelled);
    t.strictSame([lowerName(letter), canonicalName(letter)], [name.toLowerCase(), name]);
  }
  t.end();
});

t.test('a name that only resembles a known one is another header', (t) => {
  const got = message([
    'Contac: 1',
    'Contacts: 2',
    'Co.ntact: 3',
    'Supporte-d: 4',
    'z: 5',
    '__proto__: 6',
    'constructor: 7',
  ]);
  t.equal(got.header('contact'), undefined);
  t.equal(got.header('supported'), undefined);
  t.strictSame(
    ['contac', 'contacts', 'co.ntact', 'supporte-d', 'z', '__proto__', 'constructor'].map((name) => got.header(name)),
    ['1', '2', '3', '4', '5', '6', '7'],
  );
  t.strictSame(
    [canonicalName('service-routes'), canonicalName('X-foo-BAR'), canonicalName('x-a'), canonicalName('toString')],
    ['Service-Routes', 'X-foo-BAR', 'x-a', 'ToString'],
  );
  t.end();
});

t.test('Via ranks first, Content-Length last of the known, P-Asserted-Identity last of all', (t) => {
  const names = ['p-asserted-identity', 'x-a', 'content-length', 'content-type', 'contact', 'from', 'route', 'v'];
  t.strictSame(
    names.toSorted((a, b) => headerRank(a) - headerRank(b)),
    names.toReversed(),
  );
  t.end();
});

t.test('a known header that does not parse is a 400 with its name', (t) => {
  const bad: Record<string, string[]> = {
    Contact: ['<sip:a@h', 'sip:a@h?X=y', '<sip:a@h:0>', 'bob', '<bob>', '*, <sip:a@h>', '<sip:a@h>;;'],
    Expires: ['abc', '-1', '4294967296', '', '1.5'],
    Route: ['<sip:a', 'sip:'],
    'Record-Route': ['<>'],
    'Refer-To': ['nobody'],
    'Session-Expires': ['x;refresher=uac'],
    'Min-SE': ['-90'],
    'Retry-After': ['soon', '18000 seconds'],
    RAck: ['1', '1 2', '1 x INVITE', '1 2 INVITE 3', '1 2147483648 INVITE'],
    RSeq: ['-1'],
    Event: ['', ';id=1'],
    'Content-Type': ['application', '/sdp'],
    Require: ['a b', '<x>'],
    Via: ['SIP/2.0/UDP h;branch=a, SIP/2.0'],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) {
      t.match(
        validateKnownHeaders(message([`${name}: ${value}`])),
        { status: 400, reason: `Bad ${name} Header` },
        `${name}: ${value}`,
      );
    }
  }
  t.match(validateKnownHeaders(message(['Expires: 1', 'Expires: 2'])), { reason: 'Bad Expires Header' });
  t.match(validateKnownHeaders(message(['Expires: x'], 'SIP/2.0 200 OK')), { status: 0 }, 'responses are dropped');
  t.end();
});

t.test('what peers may send in known headers is accepted', (t) => {
  const good = [
    'Contact: sip:a@10.0.0.9',
    'Contact: "A, B" <sip:a@h>;q=0.5, <sip:b@h>;expires=60',
    'Contact: <mailto:a@h>',
    'Contact: <sip:a@h?Route=%3Csip:x%3E>',
    'Expires: 4294967295',
    'Retry-After: 18000;duration=3600 (overload)',
    'Retry-After: 5 (busy)',
    'RAck: 776656 1 INVITE',
    'Session-Expires: 1800;refresher=uac',
    'Event: presence;id=7',
    'Content-Type: application / sdp ; charset=x',
    'Supported:',
    'Require: 100rel, timer',
    'Route: <sip:a;lr>, <sip:b;lr>',
    'Refer-To: <tel:+1>',
    'Contact:',
  ];
  for (const line of good) t.equal(validateKnownHeaders(message([line])), undefined, line);
  t.end();
});

t.test('every status has a phrase', (t) => {
  t.strictSame(
    [reasonPhrase(486), reasonPhrase(603), reasonPhrase(499), reasonPhrase(299), reasonPhrase(100)],
    ['Busy Here', 'Decline', 'Bad Request', 'OK', 'Trying'],
  );
  t.end();
});

t.test('a percent sign that begins no escape makes the Request-URI, Contact and Route bad', (t) => {
  for (const uri of ['sip:a%zz@h', 'sip:a%4@h', 'sips:a%@h', 'sip:a@h;x=%g0'])
    t.match(
      validateKnownHeaders(message([], `INVITE ${uri} SIP/2.0`)),
      { status: 400, reason: 'Bad Request-URI' },
      uri,
    );
  t.equal(validateKnownHeaders(message([], 'INVITE sip:a%23%2b@h;x=%40 SIP/2.0')), undefined);
  t.match(validateKnownHeaders(message(['Contact: <sip:a%zz@h>'])), { reason: 'Bad Contact Header' });
  t.match(validateKnownHeaders(message(['Route: <sip:a%zz@h;lr>'])), { reason: 'Bad Route Header' });
  t.end();
});

t.test('Contact is * in REGISTER alone', (t) => {
  t.match(validateKnownHeaders(message(['Contact: *'])), { status: 400, reason: 'Bad Contact Header' });
  const invite = message(['Contact: *']).raw.toString('latin1');
  t.equal(validateKnownHeaders(parseMessage(Buffer.from(invite.replaceAll('INVITE', 'REGISTER')))), undefined);
  t.end();
});
