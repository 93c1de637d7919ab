import t from 'tap';
import { fc } from '../sip-engine/testing-properties.ts';
import { parseAnyCredentials, parseCredentials } from './parse-credentials.ts';
import { parsePlainCredentials } from './plain-credentials.ts';
import { selectCredentials } from './select-credentials.ts';

const realm = { realm: 'a.example', accountId: null, algorithms: ['MD5', 'SHA-256'] } as const;
const line = (name: string, rest = '') =>
  `Digest username="u",realm="${name}",nonce="n",uri="sip:a",response="AB"${rest}`;

t.test('quotes, case, spaces and unknown parameters do not matter', async (t) => {
  const text =
    'digest  USERNAME="a\\"b", realm = "r" ,nonce=n1,uri="sip:x;a=b,c", response="0AF", ALGORITHM=md5, qop="AUTH", nc=00000001, cnonce="c", opaque="", auts="x"';
  t.strictSame(
    { ...parseCredentials(text) },
    {
      username: 'a"b',
      realm: 'r',
      nonce: 'n1',
      uri: 'sip:x;a=b,c',
      response: '0af',
      algorithm: 'md5',
      qop: 'auth',
      nc: '00000001',
      cnonce: 'c',
    },
  );
});

t.test('what can be read in two ways is not read at all', async (t) => {
  const bad = [
    'Basic dTpw',
    'Digest',
    line('r').slice(0, -1),
    line('r', ',username="v"'),
    line('r', ',x'),
    line('r\r\nVia: x'),
    line('r\0'),
    'Digest realm="r",nonce="n",response="r"',
    'Digest username="u",nonce="n",response="r"',
    `Digest ${'x'.repeat(5000)}`,
  ];
  for (const text of bad) t.equal(parseCredentials(text), undefined, JSON.stringify(text.slice(0, 60)));
});

t.test('no text makes the parser throw', async (t) => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseCredentials(`Digest ${text}`);
      return true;
    }),
  );
  t.pass();
});

t.test('RFC 3261 22.3: credentials for other realms are ignored, ours is found among several lines', async (t) => {
  const found = selectCredentials([line('b.example'), 'Basic x', line('A.example')], realm);
  t.match(found, { kind: 'found', credentials: { realm: 'A.example' } });
  t.match(selectCredentials([line('b.example')], realm), { kind: 'foreign', realm: 'b.example' });
  t.match(selectCredentials(['Digest nonsense'], realm), { kind: 'malformed' });
  t.match(selectCredentials([], realm), { kind: 'none' });
  t.match(selectCredentials(['Basic x'], realm), { kind: 'none' });
  t.match(selectCredentials([`${line('a.example')},response="x"`, line('a.example')], realm), { kind: 'found' });
});

t.test('RFC 8760 2.4: of several lines for the realm the one with an offered algorithm is taken', async (t) => {
  const lines = [line('a.example', ',algorithm=SHA-512-256'), line('a.example', ',algorithm=SHA-256')];
  t.match(selectCredentials(lines, realm), { kind: 'found', credentials: { algorithm: 'SHA-256' } });
});

const START = 'Digest username="u", realm="r.example", nonce="n0", uri="sip:r.example", response="0af9"';
const PLAIN = [
  `${START}, algorithm=MD5, qop=auth, nc=0000000a, cnonce="c0"`,
  `${START}, algorithm=SHA-256, cnonce="c0", qop=auth, nc=0000000A`,
  `${START}, qop=auth, nc=1, cnonce=""`,
];

t.test('what the short way reads, the general one reads likewise, however a line is spoiled', async (t) => {
  for (const text of PLAIN) t.strictSame({ ...parsePlainCredentials(text) }, { ...parseAnyCredentials(text) });
  const spoilers = [...'aA0Z ,;="\\\t\0\x7f\xe9ı', ', ', ', nc=2', '""', 'qop=auth-int'];
  let taken = 0;
  for (const text of PLAIN) {
    for (let at = 0; at <= text.length; at += 1) {
      for (const spoiler of spoilers) {
        for (const length of [0, 1]) {
          const spoiled = text.slice(0, at) + spoiler + text.slice(at + length);
          const plain = parsePlainCredentials(spoiled);
          if (plain === undefined) continue;
          taken += 1;
          const expected = parseAnyCredentials(spoiled);
          if (JSON.stringify(plain) !== JSON.stringify(expected)) t.strictSame({ ...plain }, { ...expected }, spoiled);
        }
      }
    }
  }
  t.ok(taken > 2000, `${taken} lines`);
});
