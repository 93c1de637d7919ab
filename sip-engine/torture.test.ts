import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import { requestText, startEngine } from './engine-test-peer.ts';
import { parseNameAddr } from './message/index.ts';
import type { DirectAnswer, DirectRequest, SipEngine } from './types.ts';

/**
 * RFC 4475 through sockets, against the engine with an app that is an endpoint: 416, 420, 415, 406, 401
 * and 501 are the app's to give, so these rows show that the message reaches it whole. A row is the
 * final status, '' for silence, `more` what follows on a stream.
 */
const EXPECTED: Readonly<Record<string, string>> = {
  'badaspec.dat': '200', // the blanks inside < > are taken away, which RFC 4475 3.1.2.14 allows
  'badbranch.dat': '400',
  'baddate.dat': '200', // Date is ignored
  'baddn.dat': '400',
  'baddn.fixed.dat': '400',
  'badinv01.dat': '400',
  'badvers.dat': '505',
  'bcast.dat': '',
  'bext01.dat': '420',
  'bigcode.dat': '',
  'clerr.dat': '400',
  'cparam01.dat': '200',
  'cparam02.dat': '200',
  'dblreq.dat': '200',
  'esc01.dat': '200',
  'esc02.dat': '501', // a method that nobody knows; it is no REGISTER
  'escnull.dat': '200',
  'escruri.dat': '400',
  'insuf.dat': '400',
  'intmeth.dat': '501', // parsed; a method that nobody knows
  'inv2543.dat': '200',
  'invut.dat': '415',
  'longreq.dat': '200',
  'ltgtruri.dat': '400',
  'lwsdisp.dat': '200',
  'lwsruri.dat': '400',
  'lwsstart.dat': '400',
  'mcl01.dat': '400',
  'mismatch01.dat': '400',
  'mismatch02.dat': '400',
  'mpart01.dat': '200',
  'multi01.dat': '400',
  'ncl.dat': '400',
  'noreason.dat': '',
  'novelsc.dat': '416',
  'quotbal.dat': '400',
  'regaut01.dat': '401',
  'regbadct.dat': '400',
  'regescrt.dat': '200',
  'scalar02.dat': '400',
  'scalarlg.dat': '',
  'sdp01.dat': '406',
  'semiuri.dat': '200',
  'transports.dat': '200',
  'trws.dat': '400',
  'unkscm.dat': '416',
  'unksm2.dat': '400',
  'unreason.dat': '',
  'wsinv.dat': '481', // its To has a tag, and there is no such dialog (RFC 3261 12.2.2)
  'zeromf.dat': '200',
};

/** Where a stream differs from a datagram. */
const ON_STREAMS: Readonly<Record<string, string>> = {
  'baddn.dat': 'waits',
  'clerr.dat': 'waits',
  'dblreq.dat': '200 closed', // its second message is five octets longer than it says: garbage follows
  'inv2543.dat': '400 closed', // RFC 3261 20.14: Content-Length is a must here
  'mcl01.dat': '400 closed',
  'ncl.dat': '400 closed',
};

const METHODS = ['INVITE', 'OPTIONS', 'MESSAGE'];
const SENTINEL = { 'Call-ID': 'sentinel', 'Content-Length': '0' };

type Read = (header: string) => string;

/** What an endpoint says to a well-formed request (RFC 3261 8.2). */
function endpointStatus(method: string, uri: string, read: Read): number {
  if (!isCallable(uri)) return 416;
  if (read('require') !== '') return 420;
  if (method === 'REGISTER' && !isCallable(parseNameAddr(read('to')).uri)) return 400;
  if (read('authorization') !== '') return 401;
  if (method !== 'INVITE') return 200;
  if (!/^$|application\/sdp|\*\/\*/.test(read('accept'))) return 406;
  return /^$|^application\/sdp/.test(read('content-type')) ? 200 : 415;
}

function isCallable(uri: string): boolean {
  return /^(?:sips?|tel):/i.test(uri);
}

/** A registrar as it sits on the direct lane. */
function registrarAnswer({ message, method, uri }: DirectRequest): DirectAnswer {
  return { status: endpointStatus(method, uri, (name) => message.header(name) ?? ''), lines: [] };
}

async function engineWithEndpoint(t: Test): Promise<{ engine: SipEngine; udpPort: number; tcpPort: number }> {
  // Nothing may leave for the addresses in these messages.
  const nowhere = { createResolve: () => (_uri: string, done: (error: Error) => void) => done(new Error('nowhere')) };
  const { engine, udpPort, tcpPort } = await startEngine(t, {}, nowhere);
  const srf = new Srf();
  srf.use((req, res) => void res.send(endpointStatus(req.method, req.uri, (name) => req.get(name) ?? '')));
  engine.onRequest('REGISTER', registrarAnswer);
  const server = engine.attachApp({ secret: 'cymru', methods: METHODS });
  void srf.listen({ server, secret: 'cymru' } as Parameters<typeof srf.listen>[0]);
  return { engine, udpPort, tcpPort };
}

/** Final statuses of everything but the sentinel, in order. */
class Answers {
  readonly finals: string[] = [];
  readonly sentinel = Promise.withResolvers<void>();

  read(text: string): void {
    for (const part of text.split(/(?=^SIP\/2\.0 )/m)) {
      const status = /^SIP\/2\.0 (\d{3})/.exec(part)?.[1] ?? '';
      if (/^call-id: sentinel\r$/im.test(part)) this.sentinel.resolve();
      else if (status >= '200' && !this.finals.includes(status)) this.finals.push(status);
    }
  }
}

async function overUdp(t: Test, bytes: Buffer): Promise<string> {
  const { udpPort } = await engineWithEndpoint(t);
  const socket = createSocket('udp4');
  t.teardown(() => socket.close());
  const answers = new Answers();
  socket.on('message', (data) => answers.read(data.toString('latin1')));
  socket.send(bytes, udpPort, '127.0.0.1');
  socket.send(requestText('OPTIONS', SENTINEL), udpPort, '127.0.0.1');
  await answers.sentinel.promise;
  return answers.finals.join(' ');
}

/** `waits` when the engine takes what comes next as part of this message. */
async function overTcp(t: Test, bytes: Buffer, expected: string): Promise<string> {
  const { tcpPort } = await engineWithEndpoint(t);
  const socket = connect(tcpPort, '127.0.0.1');
  t.teardown(() => socket.destroy());
  const answers = new Answers();
  let tail = '';
  socket.on('data', (data) => {
    tail += data.toString('latin1');
    const whole = tail.lastIndexOf('\r\n\r\n') + 4;
    answers.read(tail.slice(0, whole));
    tail = tail.slice(whole);
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => 'closed');
  socket.write(bytes);
  const waits = expected === 'waits';
  if (waits) socket.end();
  else if (!expected.endsWith('closed')) socket.write(requestText('OPTIONS', SENTINEL));
  const end = await Promise.race([answers.sentinel.promise.then(() => ''), closed]);
  if (waits && answers.finals.length === 0) return 'waits';
  return [...answers.finals, ...(end === '' ? [] : [end])].join(' ');
}

const folder = join(import.meta.dirname, 'testdata/rfc4475');
for (const file of readdirSync(folder).filter((name) => name.endsWith('.dat'))) {
  const bytes = readFileSync(join(folder, file));
  t.test(`${file} gets what RFC 4475 says, in a datagram`, async (t) => {
    t.equal(await overUdp(t, bytes), EXPECTED[file]);
  });
  t.test(`${file} gets what RFC 4475 says, on a stream`, async (t) => {
    const expected = ON_STREAMS[file] ?? EXPECTED[file] ?? 'a row';
    t.equal(await overTcp(t, bytes, expected), expected);
  });
}
