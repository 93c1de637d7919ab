import { createHash } from 'node:crypto';
import Srf from 'drachtio-srf';
import t, { type Test } from 'tap';
import { startEngine, udpPeer } from '../engine-test-peer.ts';
import type { SipMessage } from '../message/index.ts';
import { settled } from './call-testbed.ts';
import { inviteText, requestIn, responseTo, SDP } from './call-text.ts';

interface Req {
  readonly body: string;
}

interface Res {
  send(status: number, options?: object): void;
}

interface Dialog {
  readonly sip: { readonly callId: string };
  on(event: string, listener: (req: Req, res: Res) => void): void;
  request(options: object): Promise<{ readonly status: number; readonly body: string }>;
  modify(sdp: string): Promise<string>;
  destroy(): Promise<unknown>;
}

/** What these tests use of drachtio-srf; its own types lack the verbs. */
interface TestSrf {
  readonly idle: boolean;
  connect(options: object): void;
  disconnect(): void;
  on(event: string, listener: () => void): void;
  invite(handler: (req: Req, res: Res) => void): void;
  message(handler: (req: Req, res: Res) => void): void;
  createUAS(req: Req, res: Res, options: object): Promise<Dialog>;
  createUAC(uri: string, options: object): Promise<Dialog>;
}

async function withSrf(t: Test) {
  const running = await startEngine(t);
  const { port } = await running.engine.listenControl({ host: '127.0.0.1', port: 0, secret: 's' });
  const srf = new Srf() as unknown as TestSrf;
  srf.on('error', () => undefined);
  // drachtio-srf sends a route when a handler is installed; before that requests get 503.
  srf.message((req, res) => res.send(200, { body: req.body, headers: { 'Content-Type': 'text/plain' } }));
  const connected = new Promise<void>((resolve) => srf.on('connect', resolve));
  srf.connect({ host: '127.0.0.1', port, secret: 's' });
  await connected;
  t.teardown(() => srf.disconnect());
  return { ...running, srf, peer: await udpPeer(t, running.udpPort) };
}

t.test('a body of any language reaches the application and comes back unchanged', async (t) => {
  const { engine, peer } = await withSrf(t);
  const body = 'hé €uro 😀 漢字';
  while (engine.stats.routes === 0) await settled(peer);
  peer.send(inviteText('u8', peer.port, { method: 'MESSAGE', body }));
  const answer = await peer.next();
  t.equal(answer.status, 200);
  t.equal(answer.body.toString(), body);
});

t.test('createUAS: INFO both ways, re-INVITE both ways, and either side hangs up', async (t) => {
  const { srf, engine, peer } = await withSrf(t);
  const answered = new Promise<Dialog>((resolve, reject) => {
    srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: SDP }).then(resolve, reject));
  });
  while (engine.stats.routes < 2) await settled(peer);
  peer.send(inviteText('cu', peer.port));
  const dialog = await answered;
  t.equal((await peer.next()).status, 100);
  const ok = await peer.next();
  t.equal(ok.body.toString(), SDP);
  peer.send(requestIn(ok, 'ACK', 1));
  dialog.on('info', (_req, res) => res.send(200));
  peer.send(requestIn(ok, 'INFO', 2));
  t.match(await peer.next(), { status: 200, cseqMethod: 'INFO' });
  const info = dialog.request({ method: 'INFO' });
  peer.send(responseTo(await peer.next(), 200));
  t.equal((await info).status, 200);
  peer.send(requestIn(ok, 'INVITE', 3, [], SDP.replace('4000', '4002')));
  t.equal((await peer.next()).status, 100);
  t.match(await peer.next(), { status: 200, cseq: 3 });
  peer.send(requestIn(ok, 'ACK', 3));
  const modified = dialog.modify(SDP.replace('4000', '4004'));
  const own = await peer.next();
  t.equal(own.method, 'INVITE');
  t.match(own.body.toString(), /4004/);
  const contact = `<sip:alice@127.0.0.1:${peer.port}>`;
  peer.send(responseTo(own, 200, { contact, body: SDP }));
  t.equal((await peer.next()).method, 'ACK');
  t.equal(await modified, SDP);
  const ended = new Promise<void>((resolve) => dialog.on('destroy', () => resolve()));
  peer.send(requestIn(ok, 'BYE', 4));
  await ended;
  t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
  t.equal(engine.stats.dialogs, 0);
});

t.test('createUAC: rings, is answered, the callee changes the session and hangs up', async (t) => {
  const { srf, engine, peer } = await withSrf(t);
  const provisional: number[] = [];
  const calling = srf.createUAC(`sip:b@127.0.0.1:${peer.port}`, {
    localSdp: SDP,
    callingNumber: '1000',
    cbProvisional: (res: { readonly status: number }) => void provisional.push(res.status),
  } as object);
  const invite = await peer.next();
  t.match(invite.header('contact'), /^<sip:1000@127\.0\.0\.1:\d+>$/);
  const contact = `<sip:b@127.0.0.1:${peer.port}>`;
  peer.send(responseTo(invite, 180, { tag: 'b', contact }));
  peer.send(responseTo(invite, 200, { tag: 'b', contact, body: SDP }));
  t.equal((await peer.next()).method, 'ACK');
  const dialog = await calling;
  const fromCallee = (method: string, seq: number, body = ''): string =>
    requestIn(invite, method, seq, method === 'INVITE' ? [`Contact: ${contact}`] : [], body)
      .replace(/^From: .*$/m, `From: ${invite.header('to')};tag=b`)
      .replace(/^To: .*$/m, `To: ${invite.header('from')}`);
  peer.send(fromCallee('INVITE', 1, SDP));
  t.equal((await peer.next()).status, 100);
  t.match(await peer.next(), { status: 200, cseqMethod: 'INVITE' });
  peer.send(fromCallee('ACK', 1));
  const ended = new Promise<void>((resolve) => dialog.on('destroy', () => resolve()));
  peer.send(fromCallee('BYE', 2));
  await ended;
  t.match(await peer.next(), { status: 200, cseqMethod: 'BYE' });
  t.equal(engine.stats.dialogs, 0);
});

t.test('a challenged call: one retry with Call-ID and From tag kept and CSeq + 1, and its dialog works', async (t) => {
  const { srf, peer } = await withSrf(t);
  const auth = { username: 'u', password: 'p' };
  const calling = srf.createUAC(`sip:b@127.0.0.1:${peer.port}`, { localSdp: SDP, auth });
  const first = await challenge(peer);
  const retry = await peer.next();
  t.match(retry, { method: 'INVITE', callId: first.callId, fromTag: first.fromTag, cseq: first.cseq + 1 });
  t.not(retry.topVia.branch, first.topVia.branch);
  const credentials = retry.header('authorization') ?? '';
  t.match(credentials, digestOf('INVITE', first.uri, auth));
  peer.send(responseTo(retry, 200, { tag: 'b', contact: `<sip:b@127.0.0.1:${peer.port}>`, body: SDP }));
  const ack = await peer.next();
  t.match(ack, { method: 'ACK', cseq: retry.cseq });
  t.equal(ack.header('authorization'), credentials, 'RFC 3261 22.1');
  const dialog = await calling;
  const hungUp = dialog.destroy();
  const bye = await peer.next();
  t.match(bye, { method: 'BYE', cseq: retry.cseq + 1 });
  peer.send(responseTo(bye, 200));
  await hungUp;
});

t.test('a wrong password: exactly two INVITEs, and one 401 for the application', async (t) => {
  const { srf, peer } = await withSrf(t);
  const outcome = srf
    .createUAC(`sip:b@127.0.0.1:${peer.port}`, { localSdp: SDP, auth: { username: 'u', password: 'wrong' } })
    .catch((error: unknown) => error);
  const first = await challenge(peer);
  const second = await challenge(peer);
  t.equal(second.cseq, first.cseq + 1);
  t.match(await outcome, { status: 401 });
  await settled(peer);
});

/** Takes an INVITE, says 100 and 401, and takes the ACK. */
async function challenge(peer: Awaited<ReturnType<typeof udpPeer>>): Promise<SipMessage> {
  const invite = await peer.next();
  if (invite.method !== 'INVITE') throw new Error(`expected INVITE, got ${invite.method}`);
  peer.send(responseTo(invite, 100));
  const lines = ['WWW-Authenticate: Digest realm="r", nonce="n1"'];
  peer.send(responseTo(invite, 401, { tag: 'c', lines }));
  const ack = await peer.next();
  if (ack.method !== 'ACK') throw new Error(`expected ACK, got ${ack.method}`);
  return invite;
}

function digestOf(method: string, uri: string, { username, password }: { username: string; password: string }): string {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  return md5(`${md5(`${username}:r:${password}`)}:n1:${md5(`${method}:${uri}`)}`);
}
