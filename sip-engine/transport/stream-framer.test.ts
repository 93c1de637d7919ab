import t from 'tap';
import { fc } from '../testing-properties.ts';
import { type FrameFault, StreamFramer } from './stream-framer.ts';
import { sipRequest } from './testing.ts';

const LIMITS = { maxHeaderBytes: 4_096, maxMessageBytes: 8_192 };

function feed(chunks: readonly (string | Buffer)[], limits = LIMITS) {
  const frames: { text: string; fault: FrameFault | undefined }[] = [];
  let pings = 0;
  const framer = new StreamFramer(limits, {
    onFrame: (bytes, fault) => void frames.push({ text: bytes.toString('latin1'), fault }),
    onPing: () => void pings++,
  });
  let fault: FrameFault | undefined;
  for (const chunk of chunks) fault = framer.push(Buffer.from(chunk)) ?? fault;
  return { frames, fault, framer, pings: () => pings, texts: frames.map(({ text }) => text) };
}

const withLength = (length: string) => sipRequest('x').replace('Content-Length: 0', length);

t.test('several messages in one chunk come out one by one, in order', async (t) => {
  const messages = [sipRequest('1', 'hello'), sipRequest('2'), sipRequest('3', 'x'.repeat(500))];
  const { texts, framer } = feed([messages.join('')]);
  t.same(texts, messages);
  t.equal(framer.partial, false);
});

t.test('a message sent one byte at a time comes out whole', async (t) => {
  const message = sipRequest('slow', 'v=0\r\n\r\n');
  const { texts } = feed([...Buffer.from(message)].map((byte) => Buffer.of(byte)));
  t.same(texts, [message]);
});

t.test('any cut of any sequence of messages and keep-alives gives the same messages', async () => {
  const body = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  const piece = fc.oneof(
    body.map((text) => ({ text: sipRequestLatin1('p', text), message: true })),
    fc.constantFrom('\r\n', '\r\n\r\n', '\r\n\r\n\r\n').map((text) => ({ text, message: false })),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
      (pieces, cuts) => {
        const stream = Buffer.from(pieces.map(({ text }) => text).join(''), 'latin1');
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length] ?? 1;
          chunks.push(stream.subarray(at, at + size));
          at += size;
        }
        const { texts, fault } = feed(chunks);
        return (
          fault === undefined &&
          texts.join('|') ===
            pieces
              .filter((p) => p.message)
              .map((p) => p.text)
              .join('|')
        );
      },
    ),
    { numRuns: 300 },
  );
});

t.test('a double CRLF between messages is a ping, a single one is skipped, even when cut', async (t) => {
  const message = sipRequest('ping');
  t.equal(feed(['\r\n\r\n']).pings(), 1);
  t.equal(feed(['\r', '\n', '\r', '\n']).pings(), 1);
  t.equal(feed(['\r\n']).pings(), 0);
  const mixed = feed(['\r\n', message, '\r\n\r\n', message]);
  t.equal(mixed.pings(), 1);
  t.same(mixed.texts, [message, message]);
});

t.test('a request behind one or two CRLF in the same chunk is delivered, and what follows as well', async (t) => {
  const message = sipRequest('behind');
  t.same(feed([`\r\n${message}${message}`]).texts, [message, message]);
  t.same(feed([`\r\n\r\n${message}${message}`]).texts, [message, message]);
});

t.test('a flood of pings in one chunk is answered once', async (t) => {
  t.equal(feed(['\r\n\r\n'.repeat(5_000)]).pings(), 1);
});

t.test('Content-Length is found compact, folded, in any case and with blanks before the colon', async (t) => {
  for (const header of ['l: 2', 'L:2', 'content-LENGTH \t: 2', 'Content-Length:\r\n  2', 'Content-Length: 2  ']) {
    const message = `${withLength(header)}ab`;
    t.same(feed([message, sipRequest('next')]).texts, [message, sipRequest('next')], header);
  }
});

t.test('headers whose names only begin like Content-Length are not taken for it', async (t) => {
  const message = sipRequest('x').replace('Content-Length', 'Content-Length-X: 7\r\nLa: 9\r\nContent-Length');
  t.same(feed([message]).texts, [message]);
});

t.test('a Content-Length that lies ends the framing, and the headers are delivered to be answered', async (t) => {
  const cases: [string, FrameFault][] = [
    ['Content-Length: -1', 'bad_length'],
    ['Content-Length: abc', 'bad_length'],
    ['Content-Length:', 'bad_length'],
    ['Content-Length: 1 2', 'bad_length'],
    ['Content-Length: 1\r\nContent-Length: 2', 'bad_length'],
    ['l: 1\r\nContent-Length: 2', 'bad_length'],
    ['X-None: 1', 'no_length'],
    ['Content-Length: 9000', 'too_large'],
    ['Content-Length: 99999999999999999999999999999999', 'too_large'],
  ];
  for (const [header, expected] of cases) {
    const headers = withLength(header);
    const { frames, fault, framer } = feed([`${headers}v=0`, sipRequest('never')]);
    t.equal(fault, expected, header);
    t.same(frames, [{ text: headers, fault: expected }], header);
    t.equal(framer.stopped, true);
  }
});

t.test('two equal Content-Length headers are one length', async (t) => {
  const message = `${withLength('Content-Length: 2\r\nl: 2')}ab`;
  t.same(feed([message]).texts, [message]);
});

t.test('a Content-Length that is too short makes garbage of the rest, which ends the stream', async (t) => {
  const { texts, fault } = feed([`${withLength('Content-Length: 3')}v=0\r\no=- 1 1`]);
  t.equal(texts.length, 1);
  t.equal(fault, 'garbage');
});

t.test('garbage is known at its first byte or its first line', async (t) => {
  for (const noise of ['\x16\x03\x01', '\0\0\0\0', '{"a":1}', 'GET / HTTP/1.1\r\n', 'hello\n', 'INVITE sip:a@b\r\n']) {
    t.equal(feed([noise]).fault, 'garbage', JSON.stringify(noise));
  }
  t.equal(feed(['hel']).fault, undefined);
});

t.test('other SIP versions and odd white space are left to the parser', async (t) => {
  for (const line of [
    'OPTIONS sip:a@b SIP/7.0',
    'INVITE  sip:a@b   SIP/2.0',
    'OPTIONS sip:a@b SIP/2.0 ',
    'SIP/2.0 200',
  ]) {
    const message = sipRequest('v').replace(/^[^\r]*/, line);
    t.same(feed([message]).texts, [message], line);
  }
});

t.test('headers without end are cut off at the limit, however they are chunked', async (t) => {
  const endless = `${sipRequest('big').trimEnd()}\r\nX: ${'a'.repeat(10_000)}`;
  t.equal(feed([endless]).fault, 'too_large');
  const bytes = feed([...Buffer.from(endless)].map((byte) => Buffer.of(byte)));
  t.equal(bytes.fault, 'too_large');
  t.equal(bytes.frames.length, 0);
  const complete = `${sipRequest('big').trimEnd()}\r\nX: ${'a'.repeat(10_000)}\r\n\r\n`;
  t.equal(feed([complete]).fault, 'too_large');
});

t.test('NUL bytes in a body are counted like any other', async (t) => {
  const message = sipRequest('nul', 'a\0b\0');
  t.same(feed([message]).texts, [message]);
});

t.test('an unfinished body is delivered as incomplete when it is given up, unfinished headers are not', async (t) => {
  const message = sipRequest('cut', 'hello');
  const body = feed([message.slice(0, -2)]);
  t.equal(body.framer.partial, true);
  body.framer.abandon();
  t.same(body.frames, [{ text: message.slice(0, -2), fault: 'incomplete' }]);
  const headers = feed(['OPTIONS sip:a@b SIP/2.0\r\nVia:']);
  headers.framer.abandon();
  t.same(headers.frames, []);
  t.equal(headers.framer.stopped, true);
});

t.test('a sink that stops the framer gets nothing more of the same chunk', async (t) => {
  const seen: string[] = [];
  const framer: StreamFramer = new StreamFramer(LIMITS, {
    onFrame: (bytes) => {
      seen.push(bytes.toString());
      framer.stop();
    },
    onPing: () => undefined,
  });
  framer.push(Buffer.from(sipRequest('1') + sipRequest('2')));
  t.same(seen, [sipRequest('1')]);
});

function sipRequestLatin1(callId: string, body: string): string {
  return sipRequest(callId).replace('Content-Length: 0', `Content-Length: ${body.length}`) + body;
}
