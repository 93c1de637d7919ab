import t from 'tap';
import { DirectLane } from './engine-direct-lane.ts';
import { Receiver } from './engine-receive.ts';
import { RegisterLane } from './engine-register-lane.ts';
import { DEFAULT_LIMITS, parseNameAddr, parseUri, RegisterMessage } from './message/index.ts';
import { createNullCounters, createNullLogger, createSystemClock, createSystemRandom } from './system-ports.ts';
import { createTimingWheel } from './timer/index.ts';
import type { TransactionLayer } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';
import type { DirectRequest } from './types.ts';

const DOMAIN = 'sip.example.com';
const SEED = 0x1234_5678;
const CHALLENGE = `WWW-Authenticate: Digest realm="${DOMAIN}", nonce="n1", algorithm=MD5, qop="auth"`;

const PBX = [
  `REGISTER sip:${DOMAIN} SIP/2.0`,
  'Via: SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK12x3;rport',
  'Max-Forwards: 70',
  `From: <sip:acme@${DOMAIN}>;tag=t12`,
  `To: <sip:acme@${DOMAIN}>`,
  'Call-ID: 12@192.0.2.7',
  'CSeq: 7 REGISTER',
  'Contact: <sip:acme@192.0.2.7:5070;rinstance=a1b2c3>',
  'Expires: 3600',
  'User-Agent: Test PBX 20.0.3',
  'Allow: INVITE, ACK, CANCEL',
  'Content-Length: 0',
];

/** Other makes: `rport` first, other orders, names, ports, instances, a domain over TCP. */
const OTHERS = [
  [
    `REGISTER sip:${DOMAIN}:5060 SIP/2.0`,
    'Via: SIP/2.0/TCP 192.0.2.7:50700;rport;branch=z9hG4bKPj.a-b;alias',
    `From: "Acme, Ltd." <sip:acme@${DOMAIN}>;tag=x.y-z`,
    `To: "Acme, Ltd." <sip:acme@${DOMAIN}:5060>`,
    'Call-ID: a-b-c',
    'CSeq: 19 REGISTER',
    'User-Agent: Test PJSIP',
    'Contact: <sip:acme@192.0.2.7:50700;transport=TCP;ob>;reg-id=1;+sip.instance="<urn:uuid:0-1>"',
    'Supported: outbound, path',
    'Max-Forwards: 70',
    'Expires: 300',
    'Content-Length:  0',
  ],
  [
    `REGISTER sip:${DOMAIN};transport=udp SIP/2.0`,
    'Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK-1;rport',
    'Max-Forwards: 70',
    'Contact: <sip:acme@192.0.2.7:5070>',
    `To: acme <sip:acme@${DOMAIN}>`,
    `From: acme <sip:acme@${DOMAIN}>;tag=9`,
    'Call-ID: 7',
    'CSeq: 1 REGISTER',
    'Content-Length: 0',
  ],
];

const DIGEST = `Authorization: Digest username="acme", realm="${DOMAIN}", nonce="n1", uri="sip:${DOMAIN}", response="0"`;
const AUTHORIZED = [
  [...PBX.slice(0, -1), DIGEST, 'Content-Length: 0'],
  ...OTHERS.map((lines) => lines.toSpliced(8, 0, DIGEST)),
];

/** What a handler may read, and a registrar does. */
const READ = ['authorization', 'contact', 'expires', 'to', 'from', 'via', 'path', 'require', 'supported', 'user-agent'];

/** As the registrar answers: by the domains of Request-URI and To; who brings credentials is told what was read. */
function answerOf({ message, uri, method, branch }: DirectRequest): { status: number; lines: readonly string[] } {
  if (message.header('authorization') !== undefined) {
    const { callId, cseq, fromTag, toTag, cseqMethod, body, isRequest, topVia } = message;
    const facts = [method, uri, branch, callId, cseq, fromTag, toTag, cseqMethod, body.length, isRequest, topVia.host];
    const read = READ.map((name) => [
      name,
      message.header(name),
      message.headerLines(name),
      message.headerValues(name),
    ]);
    return { status: 200, lines: [`X-Read: ${JSON.stringify([facts, read, [...message.entries()]])}`] };
  }
  const hosts = [uri, parseNameAddr(message.header('to') ?? '').uri].map((text) => parseUri(text).host.toLowerCase());
  return hosts.every((host) => host === DOMAIN) ? { status: 401, lines: [CHALLENGE] } : { status: 403, lines: [] };
}

interface Hearer {
  hear(text: string): readonly string[];
  /** Domains of those challenged the short way, and Call-IDs of those read the short way. */
  readonly asked: string[];
  readonly read: string[];
}

/** What is sent, and what goes to the transactions, for a message. */
function createHearer(isShort: boolean): Hearer {
  const logger = createNullLogger();
  const directLane = new DirectLane(logger, SEED);
  const [asked, read]: [string[], string[]] = [[], []];
  directLane.set('REGISTER', (request) => {
    if (request.message instanceof RegisterMessage) read.push(request.message.callId);
    return answerOf(request);
  });
  // A lane without handlers takes nothing.
  const lane = isShort ? directLane : new DirectLane(logger, SEED);
  const registerLane = new RegisterLane({ directLane: lane, logger, tagSeed: SEED });
  registerLane.challenger = (host) => {
    asked.push(host);
    return host === DOMAIN ? Buffer.from(`${CHALLENGE}\r\n`) : undefined;
  };
  let sent: string[] = [];
  const flow = { remoteAddress: '198.51.100.4', remotePort: 40_001, transport: 'udp' };
  const from = { ...flow, send: (bytes: Buffer) => sent.push(bytes.toString('latin1')) } as unknown as Flow;
  const transactions = { receive: () => sent.push('transaction') } as unknown as TransactionLayer;
  const ports = { clock: createSystemClock(), counters: createNullCounters(), logger, random: createSystemRandom() };
  const wheel = createTimingWheel({ clock: ports.clock, onError: (error) => t.fail(String(error)) });
  const rest = { wheel, agent: undefined, unwanted: undefined, limits: DEFAULT_LIMITS, tagSeed: SEED, ports };
  const receiver = new Receiver({ transactions, directLane, registerLane, ...rest });
  return {
    asked,
    read,
    hear(text) {
      sent = [];
      receiver.receive(Buffer.from(text, 'latin1'), from);
      return sent;
    },
  };
}

const textOf = (lines: readonly string[]) => `${lines.join('\r\n')}\r\n\r\n`;

t.test('what nearly every PBX sends is answered the short way, byte for byte as the long way', async (t) => {
  const [short, long] = [createHearer(true), createHearer(false)];
  for (const lines of [PBX, ...OTHERS, ...AUTHORIZED]) {
    const answer = short.hear(textOf(lines));
    t.strictSame(answer, long.hear(textOf(lines)));
    t.match(answer[0], lines.includes(DIGEST) ? /^SIP\/2\.0 200 / : /^SIP\/2\.0 401 /);
  }
  t.strictSame(short.asked, [DOMAIN, DOMAIN, DOMAIN]);
  t.equal(short.read.length, 3);
});

t.test('bodies, other domains, a second digest and headers with a meaning go the long way', async (t) => {
  const short = createHearer(true);
  const changed = [
    [...PBX.slice(0, 1), DIGEST.toUpperCase(), ...PBX.slice(1)],
    [...PBX.slice(0, -1), DIGEST, DIGEST, 'Content-Length: 0'],
    [...PBX.slice(0, -1), DIGEST, 'Expires: 1', 'Content-Length: 0'],
    [...PBX.slice(0, -1), DIGEST, 'Max-Forwards: 1', 'Content-Length: 0'],
    [...PBX.slice(0, -1), 'Require: path', 'Content-Length: 0'],
    [...PBX.slice(0, -1), 'Path: <sip:192.0.2.1;lr>', 'Content-Length: 0'],
    PBX.with(4, 'To: <sip:acme@other.example.com>'),
    PBX.with(4, `To: <sip:acme@${DOMAIN}>;tag=1`),
    PBX.with(-1, 'Content-Length: 4\r\n\r\nbody'),
  ];
  for (const lines of changed) short.hear(textOf(lines));
  t.strictSame([...short.asked, ...short.read], []);
});

/** Characters that end, open, escape or stand for something. */
const SPOILERS = [...'aA0 ;,:<>@"\\%=?*/.-_|\t\r\n\0\x7f\xe9'];

/** That message with each byte replaced, left out or doubled, and with each line left out, doubled or moved. */
function* spoiled(lines: readonly string[]): Iterable<string> {
  const text = textOf(lines);
  for (let at = 0; at < text.length; at += 1) {
    const [before, after] = [text.slice(0, at), text.slice(at + 1)];
    yield before + after;
    for (const char of SPOILERS) yield before + char + after;
    for (const char of ['\r\n', '\r\n ', '""', `${text[at]}${text[at]}`]) yield before + char + after;
  }
  for (const [index, line] of lines.entries()) {
    yield textOf(lines.toSpliced(index, 1));
    yield textOf(lines.toSpliced(index, 0, line));
    for (let to = 1; to < lines.length; to += 1) yield textOf(lines.toSpliced(index, 1).toSpliced(to, 0, line));
    for (let to = 1; to < lines.length; to += 1) yield textOf(lines.toSpliced(to, 0, line));
  }
}

t.test('no message however spoiled is answered otherwise than the long way answers it', async (t) => {
  const [short, long] = [createHearer(true), createHearer(false)];
  let count = 0;
  for (const lines of [PBX, ...OTHERS, ...AUTHORIZED]) {
    for (const text of spoiled(lines)) {
      count += 1;
      const [answer, expected] = [short.hear(text).join('\n'), long.hear(text).join('\n')];
      if (answer !== expected) t.equal(answer, expected, JSON.stringify(text));
    }
  }
  t.ok(count > 40_000, `${count} messages`);
  for (const { length } of [short.asked, short.read])
    t.ok(length > count / 40 && length < count / 2, `${length} short`);
});

t.test('a message made to be gone through again and again is not', async (t) => {
  const { hear } = createHearer(true);
  const head = PBX.slice(0, 7);
  const tails = [
    ...['Allow: ', 'Contact: <sip:a@b', 'User-Agent: '].map((start) => [start + 'a, '.repeat(400)]),
    [`Contact: <sip:a@b${';a=a'.repeat(300)}\0`],
    Array.from({ length: 60 }, () => 'Allow: ACK, BYE'),
    [`Authorization: ${'a '.repeat(600)}`, ...Array.from({ length: 30 }, () => 'Accept: a b c')],
  ];
  const before = process.cpuUsage();
  for (const tail of tails) {
    for (let turn = 0; turn < 20; turn += 1) hear(textOf([...head, ...tail, 'Content-Length: x']));
  }
  const { user } = process.cpuUsage(before);
  t.ok(user < 2_000_000, `${user} µs of the processor for all`);
});
