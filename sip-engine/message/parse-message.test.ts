import t from 'tap';
import { fc } from '../testing-properties.ts';
import { DEFAULT_LIMITS, lowerName, OutgoingMessage, parseMessage, parseNameAddr, SipParseError } from './index.ts';

const BASE = {
  Via: 'SIP/2.0/UDP 10.0.0.9:5062;branch=z9hG4bKx',
  From: '<sip:a@h>;tag=f',
  To: '<sip:b@h>',
  'Call-ID': 'c1@x',
  CSeq: '7 OPTIONS',
};

function message(more: Readonly<Record<string, string>> = {}, start = 'OPTIONS sip:b@h SIP/2.0', body = ''): Buffer {
  const lines = Object.entries({ ...BASE, ...more }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${start}\r\n${lines.join('')}\r\n${body}`);
}

/** The fault that the bytes meet. */
function faultOf(bytes: Buffer | string, limits = DEFAULT_LIMITS): SipParseError | undefined {
  try {
    parseMessage(Buffer.from(bytes), limits);
    return undefined;
  } catch (error) {
    if (error instanceof SipParseError) return error;
    throw error;
  }
}

t.test('blanks inside the brackets and a lone semicolon at the end of From and To are taken away', (t) => {
  const read = parseMessage(message({ From: '"A" < sip:a@h >;tag=f ;', To: '<sip:b@h>\t; ' }));
  t.match(read, { fromTag: 'f', toTag: '' });
  t.equal(read.header('from'), '"A" < sip:a@h >;tag=f');
  t.equal(read.header('to'), '<sip:b@h>', 'so that a tag may be put behind it');
  t.equal(parseNameAddr(read.header('from') ?? '').uri, 'sip:a@h');
  t.match(faultOf(message({ To: '<sip:b@h>;;' })), { status: 400, reason: 'Bad To Header' });
  t.match(faultOf(message({ To: '< >;' })), { status: 400, reason: 'Bad To Header' });
  t.end();
});

t.test('the version has no case, the method has', (t) => {
  t.match(parseMessage(message({}, 'OPTIONS sip:b@h sip/2.0')), { method: 'OPTIONS', uri: 'sip:b@h' });
  t.match(parseMessage(message({}, 'sIp/2.0 200 Fine')), { isRequest: false, status: 200, reason: 'Fine' });
  t.match(parseMessage(message({ CSeq: '7 invite' }, 'invite sip:b@h SIP/2.0')), { method: 'invite' });
  t.match(faultOf(message({}, 'OPTIONS sip:b@h sip/3.0')), { status: 505 });
  t.match(faultOf(message({ CSeq: '7 INVITE' }, 'invite sip:b@h SIP/2.0')), { code: 'cseq_mismatch' });
  t.end();
});

t.test('From has one tag, which is not empty; of several in To the first counts', (t) => {
  for (const From of ['<sip:a@h>;tag=f;tag=g', 'sip:a@h;tag=f;x=1;TAG=g', '<sip:a@h>;tag=', '<sip:a@h>;tag']) {
    t.match(faultOf(message({ From })), { status: 400, reason: 'Bad From Header' }, From);
  }
  t.equal(faultOf(message({ From: '<sip:a@h>' })), undefined, 'RFC 2543 knew none');
  t.match(faultOf(message({ To: '<sip:b@h>;tag=' })), { status: 400, reason: 'Bad To Header' });
  t.match(parseMessage(message({ To: '<sip:b@h>;tag=' }, 'SIP/2.0 200 OK')), { toTag: '' }, 'an answer still counts');
  const answered = parseMessage(message({ To: '<sip:b@h>;tag=f;tag=g' }, 'SIP/2.0 200 OK'));
  t.match(answered, { toTag: 'f' }, 'some peers add a tag to the To they were sent: the first counts');
  t.end();
});

t.test('what peers send a little wrong is read all the same', (t) => {
  const cases: Record<string, Buffer | string> = {
    'no Content-Length: the rest is body': message({}, undefined, 'hello'),
    'bare LF': message().toString().replaceAll('\r\n', '\n'),
    'blank before the colon': message().toString().replaceAll(': ', '  : '),
    'CRLFs in front': `\r\n\r\n${message()}`,
    'empty headers': message({ Subject: '', Supported: '  ' }),
    'Contact without brackets': message({ Contact: 'sip:a@10.0.0.9' }),
    'lower case names': message()
      .toString()
      .replace(/^[A-Z-]+:/gim, (name) => name.toLowerCase()),
    'upper case names': message()
      .toString()
      .replace(/^[A-Z-]+:/gim, (name) => name.toUpperCase()),
    'compact names': message()
      .toString()
      .replace('Via', 'v')
      .replace('From', 'F')
      .replace('To', 't')
      .replace('Call-ID', 'i'),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const got = parseMessage(Buffer.from(bytes));
    t.match(got, { method: 'OPTIONS', uri: 'sip:b@h', cseq: 7, callId: 'c1@x', fromTag: 'f', toTag: '' }, what);
    t.equal(got.topVia.branch, 'z9hG4bKx', what);
  }
  t.equal(parseMessage(message({}, undefined, 'hello')).body.toString(), 'hello');
  t.end();
});

t.test('each limit has its own answer, and the answer can be built', (t) => {
  const limits = { maxMessageBytes: 2000, maxBodyBytes: 500, maxUriBytes: 100, maxHeaderBytes: 300, maxHeaders: 20 };
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`X-${i}`, 'x']));
  const cases: [string, Buffer, number][] = [
    ['message_too_large', message({}, undefined, 'x'.repeat(3000)), 513],
    ['body_too_large', message({}, undefined, 'x'.repeat(600)), 413],
    ['uri_too_long', message({}, `OPTIONS sip:${'b'.repeat(200)}@h SIP/2.0`), 414],
    ['header_too_long', message({ 'X-Long': 'x'.repeat(400) }), 400],
    ['too_many_headers', message(many), 400],
  ];
  for (const [code, bytes, status] of cases) {
    const fault = faultOf(bytes, limits);
    t.match(fault, { code, status, partial: { callId: 'c1@x', cseq: 7, fromTag: 'f' } }, code);
    t.equal(fault?.partial?.topVia.branch, 'z9hG4bKx', code);
  }
  t.equal(faultOf(message({ 'Content-Length': '500' }, undefined, 'x'.repeat(500)), limits), undefined);
  t.end();
});

t.test('responses, ACKs and what is no SIP at all are never answered', (t) => {
  const ack = { CSeq: '7 ACK' };
  const silent = [
    '',
    '\r\n\r\n',
    '\0\0\0\0',
    'GET / HTTP/1.1\r\n\r\n',
    'hello',
    message({ From: '"x' }, 'SIP/2.0 200 OK'),
    message({}, 'SIP/2.0 99 Low'),
    message({}, 'SIP/2.0 700 High'),
    message({}, 'SIP/2.0 2000 Long'),
    message({ ...ack, From: '"x' }, 'ACK sip:b@h SIP/2.0'),
    message(ack, 'ACK sip:b@h SIP/3.0'),
    'OPTIONS sip:b@h SIP/2.0\r\n\r\n',
  ];
  for (const bytes of silent) t.match(faultOf(bytes), { status: 0 }, JSON.stringify(String(bytes).slice(0, 40)));
  t.end();
});

t.test('headers that every element needs are checked by name', (t) => {
  const cases: [Record<string, string>, string][] = [
    [{ Via: 'SIP/2.0/UDP' }, 'Bad Via Header'],
    [{ Via: '' }, 'Bad Via Header'],
    [{ From: 'bob <x' }, 'Bad From Header'],
    [{ From: '<sip:a@h>;tag="q"' }, 'Bad From Header'],
    [{ From: '<sip:a@h>;tag=a|b' }, 'Bad From Header'],
    [{ To: '' }, 'Bad To Header'],
    [{ To: '<sip:a@h>, <sip:b@h>' }, 'Bad To Header'],
    [{ 'Call-ID': 'a|b' }, 'Bad Call-ID Header'],
    [{ 'Call-ID': 'a b' }, 'Bad Call-ID Header'],
    [{ 'Call-ID': '' }, 'Bad Call-ID Header'],
    [{ CSeq: '2147483648 OPTIONS' }, 'Bad CSeq Header'],
    [{ CSeq: 'OPTIONS' }, 'Bad CSeq Header'],
    [{ CSeq: '7' }, 'Bad CSeq Header'],
    [{ CSeq: '7OPTIONS' }, 'Bad CSeq Header'],
    [{ CSeq: '-7 OPTIONS' }, 'Bad CSeq Header'],
    [{ 'Max-Forwards': '256' }, 'Bad Max-Forwards Header'],
    [{ 'Max-Forwards': 'x' }, 'Bad Max-Forwards Header'],
    [{ 'Content-Length': '-1' }, 'Bad Content-Length Header'],
    [{ 'Content-Length': '0x1' }, 'Bad Content-Length Header'],
    [{ 'Content-Length': '1 1' }, 'Bad Content-Length Header'],
    [{ 'Content-Length': '99999999999999999999' }, 'Bad Content-Length Header'],
    [{ 'Content-Length': '0', l: '0' }, 'Bad Content-Length Header'],
    [{ From: '<sip:a@h>;tag=é' }, 'Bad From Header'],
    [{ f: '<sip:x@h>' }, 'Bad From Header'],
    [{ i: 'other' }, 'Bad Call-ID Header'],
  ];
  for (const [more, reason] of cases)
    t.match(faultOf(message(more)), { status: 400, reason }, `${reason} ${JSON.stringify(more)}`);
  t.match(faultOf(message({}, 'OPTIONS sip:é@h SIP/2.0')), { status: 400, code: 'start_line' });
  t.match(faultOf(message({ CSeq: '7 INVITE' })), { status: 400, code: 'cseq_mismatch' });
  t.match(
    faultOf(message({ CSeq: '7 options' })),
    { status: 400, code: 'cseq_mismatch' },
    'methods are case-sensitive',
  );
  t.end();
});

t.test('nothing is smuggled past the line ends', (t) => {
  const bad = ['X: a\rb', 'X: a\r\r', 'X\r: a', 'X', ': x', 'X y: z', ' leading: x\rb', 'Call\rID: x'];
  for (const line of bad) {
    const bytes = message().toString().replace('\r\nCSeq', `\r\n${line}\r\nCSeq`);
    t.equal(faultOf(bytes)?.code, 'header_syntax', JSON.stringify(line));
  }
  t.equal(faultOf('OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=x\r\n')?.status, 400, 'no empty line');
  const hidden = parseMessage(message({ 'X-Note': 'a\r\n Via: SIP/2.0/UDP evil' }));
  t.equal(hidden.headerLines('via').length, 1, 'a folded line is part of its header');
  t.end();
});

t.test('NUL stands only where a backslash hides it, and what was read can be answered with a tag', (t) => {
  for (const To of [
    '"A\0B" <sip:b@h>',
    '"A\\\r\n \0" <sip:b@h>',
    '"A\\\r\n " <sip:b@h>',
    '<sip:b@h>;a="\0"',
    '\\\0Bob <sip:b@h>',
  ])
    t.equal(faultOf(message({ To }))?.status, 400, JSON.stringify(To));
  t.equal(faultOf(message({ Contact: '<sip:b@\\\0>' }))?.status, 400, 'any header');
  t.equal(faultOf(message({}, undefined, 'a\0')), undefined, 'a body may hold what it likes');
  for (const To of ['"A\\\0B" <sip:b@h>', '<sip:b@h>;a="\\\0"']) {
    const answer = OutgoingMessage.responseTo(parseMessage(message({ To })), 404);
    t.equal(answer.set('To', `${answer.header('to')};tag=1`).header('to'), `${To};tag=1`);
  }
  t.end();
});

t.test('lines, values and entries are given in order; unknown names in any case', (t) => {
  const got = parseMessage(message({ 'X-Foo': 'a, b', 'x-foo ': '"c, d"', Accept: '' }));
  t.strictSame(got.headerLines('X-FOO'), ['a, b', '"c, d"']);
  t.strictSame(got.headerValues('x-foo'), ['a', 'b', '"c, d"']);
  t.equal(got.header('x-foo'), 'a, b');
  t.equal(got.header('x-none'), undefined);
  t.equal(got.header('accept'), '');
  t.strictSame([...got.entries()].at(-2), ['x-foo', '"c, d"']);
  t.equal(lowerName('V'), 'via');
  t.end();
});

t.test('a long run of bare LF lines, colons or blanks costs no more than its length', (t) => {
  const before = process.threadCpuUsage();
  const lf = `OPTIONS sip:b@h SIP/2.0\n${'X: y\n'.repeat(12_000)}\n`;
  const fold = `OPTIONS sip:b@h SIP/2.0\r\nX: ${'\r\n a'.repeat(15_000)}\r\n\r\n`;
  const blank = `OPTIONS sip:b@h SIP/2.0\r\nX${' '.repeat(60_000)}\r\n\r\n`;
  for (const text of [lf, fold, blank, 'a'.repeat(65_000), `INVITE ${' '.repeat(60_000)}SIP/2.0\r\n\r\n`])
    faultOf(text);
  // Milliseconds; were it the square of the length, minutes.
  const tookMs = process.threadCpuUsage(before).user / 1000;
  t.ok(tookMs < 5_000, `${tookMs} ms`);
  t.end();
});

t.test('property: no bytes make the parser do anything but answer or throw its own error', (t) => {
  const good = message({ Contact: '"x" <sip:a@h>;q=1', Route: '<sip:a;lr>, <sip:b;lr>' }).toString('latin1');
  const mutated = fc
    .array(
      fc.tuple(
        fc.nat(good.length),
        fc.constantFrom('', '\r', '\n', '\0', ':', ';', ',', '"', '<', '>', ' ', '\\', '|', '\xff'),
        fc.nat(3),
      ),
      { maxLength: 6 },
    )
    .map((edits) => edits.reduce((text, [at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut), good));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (text) => {
      const fault = faultOf(Buffer.from(text, 'latin1'));
      if (fault === undefined) {
        const got = parseMessage(Buffer.from(text, 'latin1'));
        for (const [name] of got.entries()) got.headerValues(name);
        if (got.topVia.host === '') throw new Error('no Via host');
      }
    }),
    { numRuns: 3000 },
  );
  t.pass('held');
  t.end();
});
