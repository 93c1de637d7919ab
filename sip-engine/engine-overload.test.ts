import t from 'tap';
import { DirectLane } from './engine-direct-lane.ts';
import { Receiver } from './engine-receive.ts';
import { RegisterLane } from './engine-register-lane.ts';
import { requestText } from './engine-test-peer.ts';
import { DEFAULT_LIMITS, parseMessage, type SipMessage } from './message/index.ts';
import { createNullCounters, createNullLogger, createSystemRandom } from './system-ports.ts';
import { createFakeClock, createTimingWheel } from './timer/index.ts';
import type { TransactionLayer } from './transaction/index.ts';
import type { Flow } from './transport/index.ts';

const CARRIER = '192.0.2.1';
const OTHER = '192.0.2.2';
/** May wait of one peer where another waits, too. */
const SHARE = 512;

/** The way in, before transactions that note what reaches them, with a flood of one carrier's, most of which waits for its turn. */
function startFlooded(beyond = 8) {
  const clock = createFakeClock();
  const [taken, sent]: [SipMessage[], { readonly to: string; readonly text: string }[]] = [[], []];
  const transactions = {
    receive: (message: SipMessage) => void taken.push(message),
    has: (message: SipMessage) => message.fromTag === 'known',
  } as unknown as TransactionLayer;
  const logger = createNullLogger();
  const directLane = new DirectLane(logger, 1);
  directLane.set('REGISTER', () => ({ status: 200, lines: [] }));
  const receiver = new Receiver({
    ...{ transactions, directLane, limits: DEFAULT_LIMITS, tagSeed: 1, agent: 'didfarm', unwanted: undefined },
    registerLane: new RegisterLane({ directLane, logger, tagSeed: 1 }),
    ports: { clock, logger, counters: createNullCounters(), random: createSystemRandom() },
    wheel: createTimingWheel({ clock }),
  });
  const hear = (from: string, text: string, transport = 'udp') => {
    const reliable = transport !== 'udp';
    const flow = {
      remoteAddress: from,
      remotePort: 5062,
      transport,
      reliable,
      closed: false,
      id: `${transport}/${from}`,
    };
    const send = (bytes: Buffer) => void sent.push({ to: from, text: bytes.toString('latin1') });
    receiver.receive(Buffer.from(text, 'latin1'), { ...flow, send } as unknown as Flow);
  };
  receiver.tellBehind(true);
  for (let i = 0; i < SHARE + beyond; i++) hear(CARRIER, requestText('INVITE'));
  const refusals = sent.length;
  sent.length = 0;
  return { receiver, hear, taken, sent, refusals };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

t.test('a new call beyond a peer’s share hears 503 with Retry-After, and its copies hear the same', async (t) => {
  const { receiver, hear, taken, sent, refusals } = startFlooded();
  t.equal(refusals, 8);
  t.equal(taken.length, 0);
  await nextTurn();
  receiver.tellBehind(true);
  // The turn took one of those that waited; the room that it left is filled.
  hear(CARRIER, requestText('INVITE'));
  const text = requestText('INVITE', { Route: '<sip:192.0.2.9;lr>' });
  hear(CARRIER, text);
  hear(CARRIER, text);
  t.equal(sent.length, 2);
  t.equal(sent[0]?.text, sent[1]?.text);
  const answer = parseMessage(Buffer.from(sent[0]?.text ?? ''));
  const request = parseMessage(Buffer.from(text));
  t.match(answer, { status: 503, callId: request.callId, cseq: 1, cseqMethod: 'INVITE', fromTag: 'ft1' });
  t.match(answer.toTag, /^s[0-9a-f]{8}$/);
  t.equal(answer.topVia.branch, request.topVia.branch);
  t.equal(answer.topVia.params.get('received'), CARRIER);
  t.equal(answer.topVia.params.get('rport'), '5062');
  t.same([answer.header('retry-after'), answer.header('server')], ['1', 'didfarm']);
  const ack = text
    .replaceAll('INVITE', 'ACK')
    .replace('<sip:bob@example.com>\r\n', `<sip:bob@example.com>;tag=${answer.toTag}\r\n`);
  taken.length = 0;
  hear(CARRIER, ack);
  t.same([taken.length, sent.length], [0, 2], 'its ACK is for nobody');
});

t.test(
  'CANCEL of a call that waits is answered 200 and its INVITE 487, both with one tag, over each transport',
  async (t) => {
    for (const transport of ['udp', 'tcp', 'tls', 'ws', 'wss'] as const) {
      const { receiver, hear, taken, sent } = startFlooded(0);
      const text = requestText('INVITE');
      const cancel = text.replaceAll('INVITE', 'CANCEL');
      hear(OTHER, text, transport);
      hear(OTHER, cancel, transport);
      const [ok, terminated] = sent.map((answer) => parseMessage(Buffer.from(answer.text)));
      t.match(ok, { status: 200, cseqMethod: 'CANCEL', cseq: 1 }, transport);
      t.match(terminated, { status: 487, cseqMethod: 'INVITE', cseq: 1, toTag: ok?.toTag ?? 'none' }, transport);
      t.match(ok?.toTag, /^s[0-9a-f]{8}$/);
      const ack = text.replaceAll('INVITE', 'ACK').replace('bob@example.com>\r', `bob@example.com>;tag=${ok?.toTag}\r`);
      hear(OTHER, ack, transport);
      receiver.tellBehind(false);
      await nextTurn();
      t.equal(taken.filter(({ callId }) => callId === ok?.callId).length, 0, 'neither it nor its ACK goes on');
      t.equal(sent.length, 2);
      receiver.close();
    }
  },
);

t.test('what belongs to calls, and REGISTER, pass a flood of new calls', async (t) => {
  const { hear, taken, sent } = startFlooded();
  const inDialog = { To: '<sip:bob@example.com>;tag=ours' };
  for (const method of ['INVITE', 'ACK', 'BYE', 'UPDATE', 'PRACK', 'INFO', 'REFER'])
    hear(CARRIER, requestText(method, inDialog));
  hear(CARRIER, requestText('CANCEL'));
  hear(CARRIER, requestText('OPTIONS', inDialog).replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n'));
  hear(CARRIER, requestText('INVITE', { From: '<sip:a@example.com>;tag=known' }));
  t.same(
    taken.map(({ isRequest, method, status }) => (isRequest ? method : status)),
    ['INVITE', 'ACK', 'BYE', 'UPDATE', 'PRACK', 'INFO', 'REFER', 'CANCEL', 200, 'INVITE'],
  );
  t.equal(sent.length, 0);
  hear(CARRIER, requestText('REGISTER'));
  t.match(sent[0]?.text, /^SIP\/2\.0 200 OK\r\n/);
});

t.test('what is more than there is time to refuse is not read', (t) => {
  const { hear, taken, sent, refusals } = startFlooded(100);
  t.equal(refusals, 32);
  hear(CARRIER, 'INVITE sip:bob@example.com SIP/2.0\r\nTo: <sip:bob@example.com>\r\nand no other header\r\n\r\n');
  t.same([taken.length, sent.length], [0, 0]);
  hear(OTHER, 'INVITE sip:bob@example.com SIP/2.0\r\nTo: <sip:bob@example.com>\r\nVia: SIP/2.0/UDP h;branch=1\r\n\r\n');
  t.match(sent[0]?.text, /^SIP\/2\.0 400 /, 'who has room is told what is wrong');
  t.end();
});

t.test('another peer’s call is taken up at its turn, not behind a flood of hundreds', async (t) => {
  const { receiver, hear, taken, sent } = startFlooded();
  hear(OTHER, requestText('INVITE', { 'Call-ID': 'other' }));
  receiver.tellBehind(false);
  await nextTurn();
  t.equal(taken.length, 8);
  t.equal(taken[1]?.callId, 'other');
  t.equal(sent.length, 0);
});

t.test('what waits is forgotten when the engine closes', async (t) => {
  const { receiver, taken } = startFlooded();
  receiver.close();
  await nextTurn();
  t.equal(taken.length, 0);
});
