import t from 'tap';
import { fc } from '../testing-properties.ts';
import { parseMessage, type SipMessage, withTopVia } from './index.ts';

const ADDED = ';rport=40000;received=203.0.113.9';
const add = (line: string) => line + ADDED;

const build = (lines: readonly string[], body = '') =>
  Buffer.from(['INVITE sip:b@h SIP/2.0', ...lines, '', body].join('\r\n'));

const CORE = ['From: "Ünal" <sip:a@h>;tag=f', 'To: <sip:b@h>;tag=t', 'Call-ID: c1@x', 'CSeq: 7 INVITE'];

/** All that can be read of a message. */
function read(message: SipMessage) {
  const { isRequest, method, uri, status, callId, fromTag, toTag, cseq, cseqMethod, topVia } = message;
  const core = { isRequest, method, uri, status, callId, fromTag, toTag, cseq, cseqMethod, topVia };
  return { ...core, raw: message.raw.toString('latin1'), body: String(message.body), entries: [...message.entries()] };
}

t.test('only the first Via is touched, wherever it stands and however it is spelled', (t) => {
  for (const [before, after] of [
    ['Via: SIP/2.0/UDP a.b;rport', `Via: SIP/2.0/UDP a.b;rport${ADDED}`],
    ['v: SIP/2.0/UDP a.b, SIP/2.0/UDP x', `v: SIP/2.0/UDP a.b, SIP/2.0/UDP x${ADDED}`],
    ['VIA \t:SIP/2.0/UDP a.b', `VIA \t:SIP/2.0/UDP a.b${ADDED}`],
    ['Via: SIP/2.0/UDP\r\n a.b\r\n\t;rport', `Via: SIP/2.0/UDP a.b ;rport${ADDED}`],
  ] as const) {
    for (const lines of [
      [before, 'Via: SIP/2.0/UDP y;rport', ...CORE],
      [...CORE, before, 'Via: SIP/2.0/UDP y;rport'],
    ]) {
      const changed = withTopVia(parseMessage(build(lines, 'v: body')), add);
      const expected = build(lines, 'v: body').toString().replace(before, after);
      t.equal(changed.raw.toString(), expected);
      t.strictSame(read(changed), read(parseMessage(Buffer.from(expected))));
    }
  }
  t.end();
});

t.test('a line that needs nothing gives the same message', (t) => {
  const message = parseMessage(build(['Via: SIP/2.0/UDP a.b', ...CORE]));
  t.equal(
    withTopVia(message, (line) => line),
    message,
  );
  t.end();
});

t.test('property: it is read as if its bytes were read anew', (t) => {
  const via = fc.constantFrom(
    'Via: SIP/2.0/UDP a.b',
    'v:SIP/2.0/TCP [::1]:5060;branch=z9hG4bKq',
    'Via: SIP/2.0/UDP x\r\n ;a=b',
  );
  const other = fc.constantFrom(
    'X-Fold: a\r\n b',
    'Subject: Ünïcode',
    'Contact: <sip:a@h>',
    'Via: SIP/2.0/UDP z',
    'To-Do: 1;',
  );
  const lines = fc
    .tuple(via, fc.array(other, { maxLength: 6 }))
    .chain(([top, more]) => fc.shuffledSubarray([top, ...CORE, ...more], { minLength: 5 + more.length }));
  const value = fc.stringMatching(/^SIP\/2\.0\/UDP [a-z]{1,9}(;[a-z]{1,5}=[a-z0-9]{1,20}){0,4}$/);
  fc.assert(
    fc.property(lines, value, fc.string({ maxLength: 40 }), (all, line, body) => {
      const changed = withTopVia(parseMessage(build(all, body)), () => line);
      t.strictSame(read(changed), read(parseMessage(Buffer.from(changed.raw))));
    }),
    { numRuns: 300 },
  );
  t.end();
});
