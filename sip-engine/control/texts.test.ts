import t from 'tap';
import { parseMessage } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { readAppMessage } from './app-message.ts';
import { deliveredBytes } from './delivered.ts';
import { formatTime, sipLine } from './lead-line.ts';
import { replaceLocalhost } from './localhost.ts';

const flow = { remotePort: 40000, remoteAddress: '192.0.2.9', transport: 'udp' } as Flow;

const received = (lines: readonly string[], body = ''): Buffer =>
  Buffer.from(
    [
      'MESSAGE sip:b@h SIP/2.0',
      ...lines,
      'f: <sip:a@h>;tag=1',
      'To: <sip:b@h>',
      'i: c1',
      'CSeq: 1 MESSAGE',
      '',
      body,
    ].join('\r\n'),
  );

t.test('a delivered request is what came, with the source port in its top Via and a length', (t) => {
  const odd = [
    'v : SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1;rport;received=192.0.2.9, SIP/2.0/UDP x;branch=z9hG4bK2',
    'Subject :  folded',
    '  text',
  ];
  const text = deliveredBytes(parseMessage(received(odd, 'a\r\n\r\nb')), flow).toString();
  t.match(
    text,
    /\r\nv : SIP\/2\.0\/UDP 192\.0\.2\.9;branch=z9hG4bK1;received=192\.0\.2\.9;rport=40000, SIP\/2\.0\/UDP x;/,
  );
  t.match(text, '\r\nSubject :  folded\r\n  text\r\n');
  t.match(text, /\r\nContent-Length: 6\r\n\r\na\r\n\r\nb$/);
  const complete = received(['Via: SIP/2.0/UDP 192.0.2.9;rport=40000;branch=z9hG4bK1', 'Content-Length: 0']);
  const message = parseMessage(complete);
  t.equal(deliveredBytes(message, flow), message.raw, 'nothing to change, nothing copied');
  t.end();
});

t.test('bare line feeds become CR LF, a binary body is left alone', (t) => {
  const body = Buffer.from([0xff, 0x0a, 0x0a, 0x80]);
  const head = received(['Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1', `Content-Length: ${body.length}`]).toString();
  const bytes = Buffer.concat([Buffer.from(head.replaceAll('\r\n', '\n')), body]);
  const delivered = deliveredBytes(parseMessage(bytes), flow);
  t.same(delivered.subarray(delivered.indexOf('\r\n\r\n') + 4), body);
  t.notMatch(delivered.toString('latin1', 0, delivered.indexOf('\r\n\r\n')), /[^\r]\n/);
  t.end();
});

t.test('@localhost becomes us, in brackets, with parameters and names kept', (t) => {
  for (const [value, expected] of [
    ['sip:1000@localhost', '<sip:1000@10.0.0.5:5060>'],
    ['"Al" <sip:1000@localhost>', '"Al" <sip:1000@10.0.0.5:5060>'],
    ['<sip:1000@localhost>;expires=3600', '<sip:1000@10.0.0.5:5060>;expires=3600'],
    ['sip:1000@localhost;expires=60', '<sip:1000@10.0.0.5:5060>;expires=60'],
    ['"a@b" <sip:1@LocalHost>', '"a@b" <sip:1@10.0.0.5:5060>'],
    ['<sip:1@l>, <sip:2@localhost>', '<sip:1@l>, <sip:2@10.0.0.5:5060>'],
    ['sip:localhost', 'sip:localhost'],
    ['sip:1@localhost.example', 'sip:1@localhost.example'],
  ] as const) {
    t.equal(replaceLocalhost(value, '10.0.0.5:5060'), expected);
  }
  t.equal(replaceLocalhost('<sip:1@localhost>', 'h:1', 'tcp'), '<sip:1@h:1;transport=tcp>');
  t.end();
});

t.test('the text of an application: its length is ignored, broken lines are skipped, folds are joined', (t) => {
  const text =
    'INVITE sip:b@h SIP/2.0\r\nContent-Length: 3\r\nSubject: a\r\n b\r\nno colon\r\nbad name: x\r\n: y\r\n\r\nhélas\r\n\r\nx';
  const message = readAppMessage(Buffer.from(text));
  t.match(message, { method: 'INVITE', uri: 'sip:b@h', status: 0 });
  t.same(message.headers, [
    ['Content-Length', '3'],
    ['Subject', 'a b'],
  ]);
  t.equal(message.body.toString(), 'hélas\r\n\r\nx');
  t.match(readAppMessage(Buffer.from('SIP/2.0 486 \r\n\r\n')), { status: 486, reason: '' });
  t.end();
});

t.test('a lead line has its tokens, and what would shift them is taken out', (t) => {
  const meta = {
    source: 'network',
    bytes: 3,
    protocol: 'udp',
    address: '::1',
    port: 1,
    time: formatTime(1.5),
  } as const;
  t.equal(formatTime(Date.UTC(2026, 0, 1, 12, 3, 4, 5)), '12:03:04.005000');
  t.equal(
    sipLine('i', meta, 't', 'a|b\r\n;from-tag=x'),
    'i|sip|network|3|udp|::1|1|00:00:00.001500|t|a b  ;from-tag=x|',
  );
  t.end();
});
