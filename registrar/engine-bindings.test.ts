import { createRequire } from 'node:module';
import t from 'tap';
import { answerChallenge } from '../auth/index.ts';
import { carrierRecord } from '../tenancy/index.ts';
import type { DrachtioRequest } from './drachtio-binding.ts';
import { digestTrunk, REALM, register, registerRequest, testRegistrar } from './fixtures.ts';
import { bindDirect, bindDrachtio, createOptionsHandler, createRegistrar } from './index.ts';

// drachtio-srf's own classes, without a server.
const require = createRequire(import.meta.url);
const SipMessage = require('drachtio-srf/lib/sip-parser/message');
const Request = require('drachtio-srf/lib/request');

function drachtioRequest(headers: readonly string[]): DrachtioRequest {
  const start = [`REGISTER sip:${REALM} SIP/2.0`, 'Via: SIP/2.0/TCP 10.0.0.1:5060;branch=z9hG4bKabc;rport'];
  const message = new SipMessage(`${[...start, ...headers, 'Content-Length: 0'].join('\r\n')}\r\n\r\n`);
  const meta = {
    source: 'network',
    address: '192.0.2.7',
    port: '40001',
    protocol: 'tcp',
    receivedOn: '203.0.113.1:5060',
  };
  const request = new Request(message, meta);
  return Object.assign(request, {
    method: message.method,
    uri: message.uri,
    get: message.get.bind(message),
    getParsedHeader: message.getParsedHeader.bind(message),
  });
}

function exchange(test: ReturnType<typeof testRegistrar>, headers: readonly string[]) {
  const sent: { status: number; headers: Readonly<Record<string, string>> }[] = [];
  const seen: string[] = [];
  const bound = bindDrachtio(
    (request) => test.registrar.handle(request),
    (registration) => seen.push(`${registration.type} ${registration.expires} ${registration.contact.length}`),
  );
  bound(drachtioRequest(headers), { send: (status, options) => sent.push({ status, ...options }) });
  return { answer: sent[0], seen };
}

const base = (cseq: number) => [
  `From: <sip:acme@${REALM}>;tag=1`,
  `To: <sip:acme@${REALM}>`,
  'Call-ID: d1',
  `CSeq: ${cseq} REGISTER`,
];

t.test(
  'drachtio: a REGISTER is challenged, then registered, with the same rules and several lines kept apart',
  async (t) => {
    const test = testRegistrar();
    const contacts = ['m: <sip:acme@10.0.0.1:5060;line=x>;expires=120', 'Contact: <sip:b@10.0.0.1>;q=0.5'];
    const first = exchange(test, [...base(1), ...contacts]);
    t.equal(first.answer?.status, 401);
    const challenge = `WWW-Authenticate: ${first.answer?.headers['WWW-Authenticate']?.split(', Digest')[0]}`;
    const answer = { challenge, username: 'acme', password: 'secret', method: 'REGISTER', uri: `sip:${REALM}` };
    const other = 'Authorization: Digest username="x", realm="other.example", nonce="n", uri="sip:x", response="0"';
    const second = exchange(test, [...base(2), ...contacts, other, `Authorization: ${answerChallenge(answer)}`]);
    t.match(second.answer, {
      status: 200,
      headers: { Contact: '<sip:acme@10.0.0.1:5060;line=x>;expires=120, <sip:b@10.0.0.1>;q=0.5;expires=3600' },
    });
    t.strictSame(second.seen, ['register 120 2']);
    t.match(test.registrar.bindingsOf(7).at(-1), {
      sourceAddress: '192.0.2.7',
      sourcePort: 40_001,
      transport: 'tcp',
      localAddress: '203.0.113.1',
      localPort: 5060,
      callId: 'd1',
      flowId: '',
    });
  },
);

t.test(
  'traps, 3: without Contact, without Expires, with * and with nonsense the registration parser never answers',
  async (t) => {
    const test = testRegistrar();
    for (const contact of [
      [],
      ['Contact: <sip:a@10.0.0.1>'],
      ['Contact: *', 'Expires: 0'],
      ['Contact: <<>>'],
      ['Contact: <sip:a@h>;expires=NaN'],
    ]) {
      t.match(exchange(test, [...base(1), ...contact]).answer, { status: 401 }, contact.join());
    }
    t.strictSame(exchange(test, [...base(1), 'Contact: <sip:a@10.0.0.1>']).seen, ['register 3600 1']);
  },
);

t.test('on an engine without flows, one Contact for two trunks over connections is refused', async (t) => {
  const trunks = [digestTrunk({ id: 7 }), digestTrunk({ id: 8, username: 'beta' })];
  const test = testRegistrar({ trunks });
  const { directory, auth } = test;
  const events = { binding: () => {}, trunkState: () => {}, registerFailure: () => {}, count: () => {} };
  const config = {
    minExpiresSec: 60,
    maxExpiresSec: 7200,
    defaultExpiresSec: 3600,
    maxContacts: 3,
    probeIntervalSec: 0,
    flapDampingSec: 0,
  };
  const options = {
    directory,
    auth,
    config,
    engine: undefined,
    events,
    nowMs: () => test.clock.nowMs,
    random: () => 0.5,
  };
  const registrar = createRegistrar({ ...options, hasFlows: false });
  const fields = { contact: '<sip:s@192.168.1.10:5060>', transport: 'tcp' as const, flowId: '' };
  t.match(register({ registrar }, fields), { status: 200 });
  t.match(register({ registrar }, { ...fields, cseq: 9 }), { status: 200 }, 'its own');
  t.match(register({ registrar }, { ...fields, username: 'beta' }), { status: 403, reason: 'contact_shared' });
  t.match(register({ registrar }, { ...fields, username: 'beta', cseq: 9, transport: 'udp' }), { status: 200 });
});

t.test('the direct lane hands over what the engine knows', async (t) => {
  const inbound = registerRequest();
  const message = {
    callId: 'c9',
    cseq: 4,
    header: (name: string) => inbound.header(name),
    headerLines: (name: string) => inbound.headerLines(name),
  };
  const { method, uri, transport, sourceAddress, sourcePort, localAddress, localPort, flowId } = inbound;
  const flow = { transport, sourceAddress, sourcePort, localAddress, localPort, flowId };
  const request = { message, method, uri, branch: 'z9hG4bKx', ...flow };
  const seen: unknown[] = [];
  const test = testRegistrar();
  const handler = bindDirect((r) => {
    seen.push([r.callId, r.cseq, r.branch, r.flowId, r.header('to')]);
    return test.registrar.handle(r);
  });
  t.match(handler(request), { status: 401 });
  t.strictSame(seen, [['c9', 4, 'z9hG4bKx', flowId, '<sip:acme@sip.didfarm.com>']]);
});

t.test(
  'P10: OPTIONS is answered for known sources and served domains; scanners and strangers hear nothing',
  async (t) => {
    const test = testRegistrar({
      hasEngine: false,
      delta: { carriers: [carrierRecord({ id: 1, sources: ['192.0.2.99'] })] },
    });
    const handle = createOptionsHandler({ ...test, scanners: ['friendly-scanner'] });
    const ask = (sourceAddress: string, uri: string, agent = 'PBX') =>
      handle(registerRequest({ method: 'OPTIONS', uri, sourceAddress, headers: { 'user-agent': agent } }))?.status;
    t.equal(ask('192.0.2.99', 'sip:203.0.113.1'), 200, 'carrier');
    t.equal(ask('198.51.100.7', 'sip:203.0.113.1'), undefined, 'stranger');
    t.equal(ask('198.51.100.7', `sip:${REALM}`), 200, 'a PBX that is being set up');
    t.equal(ask('198.51.100.7', `sip:${REALM}`, 'friendly-scanner'), undefined);
    register(test);
    t.equal(ask('198.51.100.7', 'sip:203.0.113.1:5060'), 200, 'live binding');
  },
);

t.test('OPTIONS that requires what is not served gets 420 and is told which (RFC 3261 8.2.2.3)', async (t) => {
  const handle = createOptionsHandler({ ...testRegistrar({ hasEngine: false }), scanners: [] });
  const ask = (require: string) =>
    handle(registerRequest({ method: 'OPTIONS', uri: `sip:${REALM}`, headers: { require } }));
  t.match(ask('foo, Path, b@d'), { status: 420, lines: ['Unsupported: foo'] });
  t.match(ask('outbound, timer'), { status: 200 });
});
