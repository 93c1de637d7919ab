import t from 'tap';
import { sniffMethod, sniffUserAgent } from './engine-sniff.ts';

t.test('the method is read from the first line alone', (t) => {
  const cases = [
    ['INVITE sip:a SIP/2.0\r\n\r\n', 'INVITE'],
    ['\r\n\r\nOPTIONS sip:a SIP/2.0\r\n\r\n', 'OPTIONS'],
    ['SIP/2.0 200 OK\r\n\r\n', ''],
    ['INVITE\r\nVia: x\r\n', ''],
    ['', ''],
    ['\r\n', ''],
    [`${'A'.repeat(100)} sip:a SIP/2.0\r\n`, ''],
  ] as const;
  for (const [text, method] of cases) t.equal(sniffMethod(Buffer.from(text)), method, JSON.stringify(text));
  t.end();
});

t.test('the User-Agent is found in any spelling, in headers and at line starts only', (t) => {
  const message = (lines: string, body = '') => `INVITE sip:a SIP/2.0\r\n${lines}\r\n${body}`;
  const cases = [
    [message('Via: x\r\nUser-Agent: Asterisk PBX 18\r\n'), 'Asterisk PBX 18'],
    [message('user-agent:friendly-scanner \r\n'), 'friendly-scanner'],
    [message('USER-AGENT:\tx\n'), 'x'],
    [message('Subject: a User-Agent: no\r\n'), ''],
    [message('Via: x\r\n', '\r\nuser-agent: in the body\r\n'), ''],
    [message('U: y\r\n'), ''],
    ['INVITE sip:a SIP/2.0\r\nUser-Agent: cut', 'cut'],
    ['', ''],
  ] as const;
  for (const [text, userAgent] of cases) t.equal(sniffUserAgent(text), userAgent, JSON.stringify(text));
  t.end();
});
