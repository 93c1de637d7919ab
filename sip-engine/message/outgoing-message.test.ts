import t from 'tap';
import { fc } from '../testing-properties.ts';
import { OutgoingMessage, parseMessage, SipInjectionError } from './index.ts';
import { torture } from './torture.ts';

function options(): OutgoingMessage {
  return OutgoingMessage.request('OPTIONS', 'sip:bob@10.0.0.9')
    .add('Via', 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx')
    .add('From', '<sip:a@h>;tag=1')
    .add('To', '<sip:b@h>')
    .add('Call-ID', 'c1@x')
    .add('CSeq', '1 OPTIONS');
}

t.test('what is set cannot leave its field', (t) => {
  const bad = ['a\r\nX-Evil: 1', 'a\nb', 'a\rb', 'a\0b', '\r\n\r\nbody'];
  for (const text of bad) {
    const message = options();
    const name = JSON.stringify(text);
    t.throws(() => message.add('X-A', text), SipInjectionError, name);
    t.throws(() => message.set('From', text), SipInjectionError, name);
    t.throws(() => message.prepend('Via', text), SipInjectionError, name);
    t.throws(() => message.setFirst('Via', text), SipInjectionError, name);
    t.throws(() => message.add(text, 'x'), SipInjectionError, name);
    t.throws(() => OutgoingMessage.request('OPTIONS', text), SipInjectionError, name);
    t.throws(() => OutgoingMessage.request(text, 'sip:a@h'), SipInjectionError, name);
    t.throws(() => OutgoingMessage.response(200, text), SipInjectionError, name);
    t.throws(
      () => {
        message.uri = text;
      },
      SipInjectionError,
      name,
    );
    t.throws(
      () => {
        message.method = text;
      },
      SipInjectionError,
      name,
    );
    t.throws(
      () => {
        message.reason = text;
      },
      SipInjectionError,
      name,
    );
    t.equal(message.toText(), options().toText(), 'and nothing has changed');
  }
  for (const name of ['', 'a b', 'a:', 'é', 'a:b']) t.throws(() => options().add(name, 'x'), SipInjectionError, name);
  for (const uri of ['', 'sip:a b', '<sip:a>', 'sip:a@h SIP/2.0'])
    t.throws(() => OutgoingMessage.request('INFO', uri), SipInjectionError, uri);
  for (const status of [0, 99, 700, 200.5, Number.NaN])
    t.throws(() => OutgoingMessage.response(status), SipInjectionError);
  t.end();
});

t.test('property: whatever text is offered, the message has the lines that were accepted and no other', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\0', ':', ' ', '"', '\\', 'é') }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(fc.constantFrom('X-A', 'Subject'), text), text), { maxLength: 5 }),
      (pairs) => {
        const message = options();
        let accepted = 5;
        for (const [name, value] of pairs) {
          try {
            message.add(name, value);
            if (name.toLowerCase() !== 'l' && name.toLowerCase() !== 'content-length') accepted++;
          } catch (error) {
            if (!(error instanceof SipInjectionError)) throw error;
          }
        }
        const lines = message.toBuffer().toString('latin1').split('\r\n');
        if (lines.length !== accepted + 4) throw new Error(`${lines.length} lines: ${JSON.stringify(lines)}`);
      },
    ),
    { numRuns: 1000 },
  );
  t.pass('held');
  t.end();
});

t.test('Content-Length is the count of bytes, whatever was set', (t) => {
  const message = options().add('Content-Length', '9999').add('l', '1').add('Content-Type', 'text/plain');
  message.body = Buffer.from('naïve ☎');
  const back = parseMessage(message.toBuffer());
  t.equal(back.header('content-length'), '10');
  t.strictSame(back.headerLines('content-length'), ['10']);
  t.equal(back.body.toString(), 'naïve ☎');
  t.equal(message.header('content-length'), '10');
  t.equal(
    options()
      .toText()
      .match(/Content-Length: 0\r\n/g)?.length,
    1,
  );
  t.end();
});

t.test('header names are written in their own spelling, X- names as given', (t) => {
  const message = OutgoingMessage.response(401)
    .add('www-authenticate', 'Digest realm="a"')
    .add('service-route', '<sip:p>')
    .add('X-foo-BAR', '1')
    .add('x-lower', '2')
    .add('call-id', 'c')
    .add('v', 'SIP/2.0/UDP h')
    .add('p-charging-function', 'x')
    .add('sip-etag', 'e');
  t.strictSame(
    [...message.entries()].map(([name]) => name),
    ['WWW-Authenticate', 'Service-Route', 'X-foo-BAR', 'x-lower', 'Call-ID', 'Via', 'P-Charging-Function', 'SIP-ETag'],
  );
  t.match(message.toText(), /^SIP\/2\.0 401 Unauthorized\r\n/);
  t.match(OutgoingMessage.response(486, '').toText(), /^SIP\/2\.0 486 \r\n/);
  t.end();
});

t.test('a response copies Via, From, To, Call-ID and CSeq byte for byte', (t) => {
  const request = parseMessage(torture('intmeth.dat'));
  const response = OutgoingMessage.responseTo(request, 501).toBuffer();
  const wire = torture('intmeth.dat');
  for (const name of ['Via', 'To', 'From', 'Call-ID', 'CSeq']) {
    const start = wire.indexOf(`\n${name}: `) + 1;
    t.ok(response.includes(wire.subarray(start, wire.indexOf('\r\n', start) + 2)), name);
  }
  t.match(response.toString('latin1'), /^SIP\/2\.0 501 Not Implemented\r\nVia: /);
  t.equal(OutgoingMessage.responseTo(request, 100).has('timestamp'), false);
  t.end();
});

t.test('a forwarded message keeps what it does not know byte for byte: folds, Latin-1, spelling', (t) => {
  const head = Buffer.from(
    'MESSAGE sip:b@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\nt: <sip:b@h>\r\ni: c\r\nCSeq: 1 MESSAGE\r\n' +
      'x-ODD_name:   spaced  \t value\r\nNewFangled: one\r\n  two\r\nP-latin: M\xfcller\r\nX-Utf8: \xc3\xbc\r\nl: 3\r\n\r\n',
    'latin1',
  );
  const wire = Buffer.concat([head, Buffer.from([0, 255, 13])]);
  const out = OutgoingMessage.fromMessage(parseMessage(wire)).toBuffer().toString('latin1');
  t.ok(out.includes('x-ODD_name: spaced  \t value\r\n'));
  t.ok(out.includes('NewFangled: one\r\n  two\r\n'));
  t.ok(out.includes('P-latin: M\xfcller\r\n'));
  t.ok(out.includes('X-Utf8: \xc3\xbc\r\n'));
  t.ok(out.includes('Call-ID: c\r\n') && out.endsWith('\r\nContent-Length: 3\r\n\r\n\x00\xff\r'));
  t.equal(parseMessage(wire).header('p-latin'), 'Müller', 'Latin-1 is readable');
  t.equal(parseMessage(wire).header('x-utf8'), 'ü');
  t.end();
});

t.test('folds of blanks alone and folds behind a bare LF do not end the header when forwarded', (t) => {
  const text = `${options().toText().split('\r\nContent')[0]}\r\nX-A: \r\n \r\nX-B: a\r\n \r\n b\r\nX-C: a\n b\r\nX-D: \n\t\n\r\n`;
  const out = OutgoingMessage.fromMessage(parseMessage(Buffer.from(text))).toText();
  t.ok(
    out.includes('X-A: \r\nX-B: a\r\n b\r\nX-C: a\r\n b\r\nX-D: \r\nContent-Length: 0\r\n\r\n'),
    JSON.stringify(out),
  );
  t.end();
});

t.test('the first value of a list is replaced or taken, the others stay', (t) => {
  const message = options().add('Route', '<sip:a;lr>, <sip:b;lr>').add('Route', '<sip:c;lr>');
  message.setFirst('via', 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;rport=5');
  t.equal(message.header('v'), 'SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;rport=5');
  t.strictSame(
    [message.takeFirst('route'), message.takeFirst('route'), message.takeFirst('route'), message.takeFirst('route')],
    ['<sip:a;lr>', '<sip:b;lr>', '<sip:c;lr>', undefined],
  );
  t.strictSame(message.set('call-id', 'other').headerLines('call-id'), ['other']);
  t.end();
});

t.test('arrange puts well-known headers first, unknown ones as they came, P-Asserted-Identity last', (t) => {
  const message = OutgoingMessage.response(200)
    .add('X-b', '1')
    .add('P-Asserted-Identity', '<sip:a@h>')
    .add('Diversion', 'd')
    .add('Content-Type', 'a/b')
    .add('Server', 's')
    .add('Contact', '<sip:x>')
    .add('CSeq', '1 INVITE')
    .add('Call-ID', 'c')
    .add('To', 't')
    .add('From', 'f')
    .add('Record-Route', 'r')
    .add('Via', 'v')
    .add('X-a', '2');
  const names = message
    .arrange()
    .toText()
    .split('\r\n')
    .slice(1, -2)
    .map((line) => line.split(':')[0]);
  t.strictSame(names, [
    'Via',
    'Record-Route',
    'From',
    'To',
    'Call-ID',
    'CSeq',
    'Contact',
    'Server',
    'Content-Type',
    'Content-Length',
    'X-b',
    'Diversion',
    'X-a',
    'P-Asserted-Identity',
  ]);
  t.end();
});

t.test('a clone is changed without its original', (t) => {
  const original = options();
  const copy = original.clone();
  copy.add('X-A', '1').remove('via').uri = 'sip:other@h';
  copy.body = Buffer.from('x');
  t.equal(original.toText(), options().toText());
  t.notOk(copy.has('via'));
  t.end();
});

const token = fc.stringMatching(/^[A-Za-z0-9.!%*_+`'~-]{1,12}$/);
const value = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replace(/[\r\n\0]/g, '').trim());

t.test('property: parse of serialize is identity', (t) => {
  const message = fc.record({
    method: token,
    user: fc.stringMatching(/^[a-z0-9.]{1,8}$/),
    number: fc.integer({ min: 0, max: 0x7fffffff }),
    headers: fc.array(
      fc.tuple(
        token.map((name) => `X-${name}`),
        value,
      ),
      { maxLength: 12 },
    ),
    body: fc.uint8Array({ maxLength: 200 }),
  });
  fc.assert(
    fc.property(message, ({ method, user, number, headers, body }) => {
      const out = OutgoingMessage.request(method, `sip:${user}@example.com`)
        .add('Via', 'SIP/2.0/UDP h;branch=z9hG4bK7')
        .add('From', `<sip:${user}@h>;tag=${user}`)
        .add('To', `<sip:${user}@h>`)
        .add('Call-ID', user)
        .add('CSeq', `${number} ${method}`);
      for (const [name, text] of headers) out.add(name, text);
      out.body = Buffer.from(body);
      const back = parseMessage(out.toBuffer());
      const again = OutgoingMessage.fromMessage(back);
      if (!again.toBuffer().equals(out.toBuffer())) throw new Error(again.toText());
      t.strictSame(
        [back.method, back.uri, back.cseq, back.fromTag, back.toTag, back.callId],
        [method, `sip:${user}@example.com`, number, user, '', user],
      );
      for (const [name] of headers) {
        const lower = name.toLowerCase();
        t.strictSame(
          back.headerLines(name),
          headers.filter(([other]) => other.toLowerCase() === lower).map(([, text]) => text),
        );
      }
      t.ok(back.body.equals(Buffer.from(body)));
    }),
    { numRuns: 150 },
  );
  t.end();
});
