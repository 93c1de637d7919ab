import t from 'tap';
import { OutgoingMessage } from './outgoing-message.ts';
import { parseMessage } from './parse-message.ts';

/** A response whose Subject is that text; its size is counted wherever it stands. */
function withSubject(subject: string): Buffer {
  const message = OutgoingMessage.response(200).add('Subject', subject).add('X-Last', 'end');
  message.body = Buffer.from('v=0\r\n');
  return message.toBuffer();
}

t.test('texts of any length and any letters are written as UTF-8', async (t) => {
  const subjects = [
    '',
    'a',
    'ü',
    'a'.repeat(23),
    'a'.repeat(24),
    `${'a'.repeat(30)}Ł`,
    `Ł${'a'.repeat(30)}`,
    '😀'.repeat(20),
  ];
  for (const subject of subjects) {
    const expected = `SIP/2.0 200 OK\r\nSubject: ${subject}\r\nX-Last: end\r\nContent-Length: 5\r\n\r\nv=0\r\n`;
    t.equal(withSubject(subject).toString(), expected);
  }
});

t.test('letters of many bytes at the end of a message without a body are written whole', async (t) => {
  for (let letters = 1; letters < 6; letters++) {
    for (const letter of ['ü', 'Ł', '字', '😀']) {
      const subject = letter.repeat(letters);
      const message = OutgoingMessage.response(200).add('Content-Length', '0').add('Subject', subject);
      t.equal(message.toBuffer().toString(), `SIP/2.0 200 OK\r\nContent-Length: 0\r\nSubject: ${subject}\r\n\r\n`);
    }
  }
});

t.test('a value that is no UTF-8 keeps its bytes beside others that are', async (t) => {
  const head = 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@a>;tag=1\r\nTo: <sip:b@b>\r\n';
  const raw = Buffer.from(`${head}Call-ID: 1\r\nCSeq: 1 INVITE\r\nSubject: caf\xe9\r\n\r\n`, 'latin1');
  const copy = OutgoingMessage.fromMessage(parseMessage(raw)).add('Organization', 'Łódź');
  t.match(
    copy.toBuffer().toString('latin1'),
    `Subject: caf\xe9\r\nOrganization: ${Buffer.from('Łódź').toString('latin1')}\r\n`,
  );
});

t.test('Content-Length stands where it was put first, once', async (t) => {
  const message = OutgoingMessage.response(200)
    .add('Content-Length', '99')
    .add('Subject', 'a')
    .add('Content-Length', '7');
  t.equal(message.toBuffer().toString(), 'SIP/2.0 200 OK\r\nContent-Length: 0\r\nSubject: a\r\n\r\n');
});
