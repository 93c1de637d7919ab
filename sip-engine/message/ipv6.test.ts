import t from 'tap';
import {
  formatUri,
  parseMessage,
  parseUri,
  parseVia,
  SipParseError,
  uriEquals,
  validateKnownHeaders,
} from './index.ts';

/** Cases in the manner of RFC 5118, section numbers in the names. */
function register(uri: string, more: Readonly<Record<string, string>> = {}): Buffer {
  const headers = {
    Via: 'SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111',
    'Max-Forwards': '70',
    From: '<sip:user@example.com>;tag=81x2',
    To: '<sip:user@example.com>',
    'Call-ID': 'SSG9559905523997077@hlau_4100',
    CSeq: '98176 REGISTER',
    Contact: '<sip:caller@[2001:db8::1]>',
    'Content-Length': '0',
    ...more,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`REGISTER ${uri} SIP/2.0\r\n${lines.join('')}\r\n`);
}

t.test('4.1: an IPv6 reference stands wherever a host may', (t) => {
  const message = parseMessage(register('sip:[2001:db8::10]'));
  t.equal(validateKnownHeaders(message), undefined);
  t.match(parseUri(message.uri), { host: '2001:db8::10', port: 0 });
  t.match(message.topVia, { host: '2001:db8::9:1', port: 0, branch: 'z9hG4bKas3-111' });
  t.end();
});

t.test('4.2: an IPv6 address without brackets is a 400', (t) => {
  t.match(validateKnownHeaders(parseMessage(register('sip:2001:db8::10'))), { status: 400, reason: 'Bad Request-URI' });
  t.end();
});

t.test('4.3: a port inside the brackets is part of the address', (t) => {
  t.match(parseUri('sip:[2001:db8::10:5070]'), { host: '2001:db8::10:5070', port: 0 });
  t.end();
});

t.test('4.4: a port behind the brackets is the port', (t) => {
  const uri = parseUri('sips:bob@[2001:DB8::10]:5070;transport=tls');
  t.match(uri, { user: 'bob', host: '2001:db8::10', port: 5070 });
  t.equal(formatUri(uri), 'sips:bob@[2001:db8::10]:5070;transport=tls');
  t.end();
});

t.test('4.5: received is taken with and without brackets', (t) => {
  for (const received of ['2001:db8::9:255', '[2001:db8::9:255]']) {
    const via = parseVia(`SIP/2.0/UDP [2001:db8::9:1];received=${received};branch=z9hG4bKas3`);
    t.equal(via.params.get('received'), received);
    t.equal(via.branch, 'z9hG4bKas3');
  }
  t.end();
});

t.test('4.8: IPv4 and IPv6 hops stand beside each other in Via', (t) => {
  const via =
    'SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144';
  const message = parseMessage(register('sip:[2001:db8::10]', { Via: via }));
  t.match(message.topVia, { host: '2001:db8::9:1', port: 6050 });
  t.equal(parseVia(message.headerValues('via')[1] ?? '').host, '192.0.2.1');
  t.end();
});

t.test('4.9: an IPv4-mapped address is an IPv6 address', (t) => {
  t.equal(parseUri('sip:user@[::ffff:192.0.2.10]').host, '::ffff:192.0.2.10');
  t.equal(parseUri('sip:user@[::FFFF:c000:020a]:5062').port, 5062);
  t.end();
});

t.test('broken references are refused', (t) => {
  for (const uri of [
    'sip:[2001:db8::10',
    'sip:2001:db8::10]',
    'sip:[2001:db8:::10]',
    'sip:[]',
    'sip:[192.0.2.1]',
    'sip:[fe80::1%eth0]',
    'sip:[::1]5060',
    'sip:[::1]:',
    'sip:[::1]:70000',
  ]) {
    t.throws(() => parseUri(uri), SipParseError, uri);
  }
  t.end();
});

t.test('RFC 5954: addresses compare by value', (t) => {
  t.ok(uriEquals('sip:a@[2001:db8::1]', 'sip:a@[2001:0DB8:0:0:0:0:0:1]'));
  t.notOk(uriEquals('sip:a@[2001:db8::1]', 'sip:a@[2001:db8::2]'));
  t.end();
});
