import { createHash } from 'node:crypto';
import t from 'tap';
import { logged } from './support/logged.ts';
import { type Product, startProduct } from './support/product.ts';
import { openSipSocket, type SipSocket } from './support/sip-socket.ts';
import { until } from './support/wait.ts';

const DOMAIN = 'up.example';
const USER = 'us';
const CHALLENGE = `Digest realm="${DOMAIN}", nonce="n-1", algorithm=SHA-256, qop="auth"`;

const headerOf = (message: string, name: string) =>
  new RegExp(`^${name}:\\s*(.*?)\\r?$`, 'im').exec(message)?.[1] ?? '';

/** What RFC 7616 wants for that Authorization, written out here. */
function isRight(authorization: string, password: string): boolean {
  const value = (name: string) => new RegExp(`${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const ha1 = hash(`${USER}:${DOMAIN}:${password}`);
  const ha2 = hash(`REGISTER:${value('uri')}`);
  const expected = hash(`${ha1}:${value('nonce')}:${value('nc')}:${value('cnonce')}:auth:${ha2}`);
  return value('username') === USER && value('response') === expected;
}

interface Carrier {
  readonly socket: SipSocket;
  readonly registers: string[];
  readonly answers: string[];
  password: string;
}

/** A carrier's registrar at 127.0.0.3: challenges, and grants what is asked for. */
async function startCarrier(product: Product): Promise<Carrier> {
  const { host, port } = product.demo.sip;
  const socket = await openSipSocket({ transport: 'udp', host, port, localAddress: '127.0.0.3' });
  const carrier: Carrier = { socket, registers: [], answers: [], password: 'a secret word' };
  socket.onMessage((bytes) => {
    const message = bytes.toString();
    if (message.startsWith('SIP/2.0')) carrier.answers.push(message);
    if (!message.startsWith('REGISTER')) return;
    carrier.registers.push(message);
    const isGranted = isRight(headerOf(message, 'Authorization'), carrier.password);
    const copied = ['Via', 'From', 'Call-ID', 'CSeq'].map((name) => `${name}: ${headerOf(message, name)}`);
    const lines = [
      isGranted ? 'SIP/2.0 200 OK' : 'SIP/2.0 401 Unauthorized',
      ...copied,
      `To: ${headerOf(message, 'To')};tag=up`,
      isGranted ? `Contact: ${headerOf(message, 'Contact')}` : `WWW-Authenticate: ${CHALLENGE}`,
      'Content-Length: 0',
      '',
      '',
    ];
    socket.send(Buffer.from(lines.join('\r\n')));
  });
  return carrier;
}

function invite(carrier: Carrier, uri: string, to: string, callId: string): void {
  const { localAddress, localPort } = carrier.socket;
  const lines = [
    `INVITE ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${localAddress}:${localPort};branch=z9hG4bK${callId};rport`,
    'Max-Forwards: 70',
    `From: <sip:+4930111222@${DOMAIN}>;tag=1`,
    `To: <sip:${to}@${DOMAIN}>`,
    `Call-ID: ${callId}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:c@${localAddress}:${localPort}>`,
    'Content-Length: 0',
    '',
    '',
  ];
  carrier.socket.send(Buffer.from(lines.join('\r\n')));
}

t.test('we register at a carrier', async (t) => {
  const product = await startProduct(t);
  const carrier = await startCarrier(product);
  t.teardown(() => carrier.socket.close());
  const operator = (method: string, path: string, body?: unknown) =>
    product.api(method, path, body, product.demo.operator_key);
  const made = await operator('POST', '/carriers', { name: 'up' });
  const { id } = (made.body as { data: { id: number } }).data;
  const path = `/carriers/${id}/registration`;
  const live = async () =>
    ((await operator('GET', path)).body as { data: { live: Record<string, unknown> } }).data.live;
  const registrar = `127.0.0.3:${carrier.socket.localPort}`;

  t.test('by digest, and that is seen in the API, the metrics and the log', async (t) => {
    const body = { registrar, username: USER, domain: DOMAIN, password: 'a secret word', expires_sec: 300 };
    t.equal((await operator('PATCH', path, body)).status, 200);
    await until('it stands', async () => (await live())?.state === 'registered');
    t.match(await live(), { node: `${registrar};udp`, status: 200, fault: null });
    t.equal(await product.metric('didfarm_carrier_registered{carrier="up"}'), 1);
    t.match(carrier.registers[1], /^REGISTER sip:up\.example SIP\/2\.0/);
    t.match(headerOf(carrier.registers[1] ?? '', 'To'), `<sip:${USER}@${DOMAIN}>`);
    await logged(product, 'so', (line) => line.msg === 'registered at the carrier' && line.carrier === 'up');
    t.notMatch(product.output(), /a secret word/);
  });

  t.test('its calls to our Contact are that carrier’s, for the number in To', async (t) => {
    const contact = /<([^>]+)>/.exec(headerOf(carrier.registers[1] ?? '', 'Contact'))?.[1] ?? '';
    t.match(contact, /^sip:car_[0-9a-f]{16}@127\.0\.0\.1:\d+/);
    invite(carrier, contact, '+31999999999', 'first@up');
    await until('it is answered', async () => carrier.answers.some((answer) => /^SIP\/2\.0 404/.test(answer)));
    const refused = carrier.answers.find((answer) => answer.startsWith('SIP/2.0 404'));
    t.match(refused, /Warning: 399 \S+ "unknown_did"/, 'neither challenged nor a stranger');
    const ended = await logged(
      product,
      'how it ended',
      ({ msg, callId }) => msg === 'call ended' && callId === 'first@up',
    );
    t.match(ended, { to: '+31999999999', reason: 'unknown_did' });
  });

  t.test('its OPTIONS are answered, so that it keeps us', async (t) => {
    const { localAddress, localPort } = carrier.socket;
    const lines = [
      'OPTIONS sip:127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP ${localAddress}:${localPort};branch=z9hG4bKping;rport`,
      'Max-Forwards: 70',
      `From: <sip:ping@${DOMAIN}>;tag=1`,
      'To: <sip:127.0.0.1>',
      'Call-ID: ping@up',
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '',
      '',
    ];
    carrier.socket.send(Buffer.from(lines.join('\r\n')));
    const isAnswered = (answer: string) => answer.startsWith('SIP/2.0 200') && /CSeq: 1 OPTIONS/i.test(answer);
    await until('it is answered', () => carrier.answers.some(isAnswered));
    t.ok(carrier.answers.some(isAnswered));
  });

  t.test('a password that is no longer right is told, and everything is well with the right one', async (t) => {
    carrier.password = 'another word';
    await operator('PATCH', path, { password: 'a wrong word' });
    await until('it is refused', async () => (await live())?.fault === 'wrong_password');
    t.equal(await product.metric('didfarm_carrier_registered{carrier="up"}'), 0);
    await operator('PATCH', path, { password: 'another word' });
    await until('it stands', async () => (await live())?.state === 'registered');
  });

  t.test('when it is deleted we take it back', async (t) => {
    await operator('DELETE', path);
    await until('it has ended', async () => headerOf(carrier.registers.at(-1) ?? '', 'Expires') === '0');
    t.equal((await operator('GET', path)).status, 404);
  });
});
