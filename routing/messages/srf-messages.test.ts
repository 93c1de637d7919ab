import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import type { SrfRequests } from '../srf-adapter.ts';
import { engineOn } from '../test-engine.ts';
import { ManualClock } from '../test-stage.ts';
import { startUa } from '../test-ua.ts';
import { srfMessages } from './srf-messages.ts';

t.test('a MESSAGE through drachtio-srf arrives whole, and its answer comes back', async (t) => {
  const ua = await startUa(t, engineOn, '127.0.0.1');
  const pbx = createSocket('udp4').bind(0, '127.0.0.1');
  t.teardown(() => pbx.close());
  await once(pbx, 'listening');
  const { port } = pbx.address();
  const clock = new ManualClock();
  const seen = new Set<string>();
  /** The next MESSAGE that is no repetition of one before. */
  const arrives = async (): Promise<{ readonly text: string; readonly ourPort: number }> => {
    const [bytes, { port: ourPort }] = (await once(pbx, 'message')) as [Buffer, { port: number }];
    const text = bytes.toString();
    const branch = /;branch=([^;\s]+)/.exec(text)?.[1] ?? '';
    if (seen.has(branch)) return arrives();
    seen.add(branch);
    return { text, ourPort };
  };
  const send = srfMessages(ua.srf as unknown as SrfRequests, clock);
  const order = {
    uri: `sip:acme@127.0.0.1:${port}`,
    proxy: undefined,
    headers: [
      ['From', '<sip:+31687654321@sip.example>'],
      ['To', '<sip:+31201234567@sip.example>'],
      ['Call-ID', 'msg_1@sip.example'],
      ['CSeq', '3 MESSAGE'],
      ['Content-Type', 'text/plain;charset=UTF-8'],
    ] as const,
    body: 'Grüße ✓',
  };
  for (const status of [202, 415]) {
    const answered = new Promise<number | undefined>((resolve) => send(order, resolve));
    const { text, ourPort } = await arrives();
    t.match(text, new RegExp(`^MESSAGE sip:acme@127\\.0\\.0\\.1:${port} SIP/2\\.0\r\n`));
    t.match(text, /\r\nFrom: <sip:\+31687654321@sip\.example>;tag=\w+/i);
    t.match(text, /\r\nCSeq: 3 MESSAGE\r\n/i);
    t.match(text, /\r\nContent-Length: 11\r\n/i);
    t.match(text, /\r\n\r\nGrüße ✓$/);
    t.notMatch(text, /\r\nContact:/i);
    const copied = text.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    const answer = `SIP/2.0 ${status} X\r\n${copied.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;
    pbx.send(answer, ourPort, '127.0.0.1');
    t.equal(await answered, status);
    t.equal(clock.pending, 0);
  }
});

t.test('a MESSAGE that the server never tells of has reached nobody, and is told once', async (t) => {
  const clock = new ManualClock();
  const lost: SrfRequests = { request: () => undefined };
  const told: (number | undefined)[] = [];
  srfMessages(lost, clock)({ uri: 'sip:a@b.example', proxy: undefined, headers: [], body: '' }, (s) => told.push(s));
  clock.advance(39_999);
  t.strictSame(told, []);
  clock.advance(1);
  t.strictSame(told, [undefined]);
});
