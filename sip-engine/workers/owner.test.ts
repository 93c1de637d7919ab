import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { createFakeClock } from '../timer/index.ts';
import { createTestPorts } from '../transaction/recorder-transport.ts';
import { GivenCalls } from './given-calls.ts';
import { ownerOf } from './owner.ts';

const OWN_TAG = '2a0b1c2d3e4f';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** Bytes, after a full collection. */
function heapInUse(): number {
  if (typeof collect !== 'function') throw new Error('this Node cannot collect on demand');
  collect();
  return process.memoryUsage().heapUsed;
}

function request(method: string, lines: readonly string[]): Buffer {
  return Buffer.from([`${method} sip:b@c SIP/2.0`, ...lines, '', 'To: <sip:x@y>;tag=3aaaaaaaaaaaa'].join('\r\n'));
}

function response(...lines: string[]): Buffer {
  return Buffer.from(['SIP/2.0 200 OK', ...lines, '', ''].join('\r\n'));
}

t.test('a response belongs to who made the branch of its top Via', async (t) => {
  const via = 'SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK';
  t.equal(ownerOf(response(`Via: ${via}3abc`), 4), 3);
  t.equal(ownerOf(response(`v : ${via}2abc`, `Via: ${via}1abc`), 4), 2, 'the first one, in whichever form');
  t.equal(ownerOf(response(`Via: ${via}1abc`, `v: ${via}2abc`), 4), 1);
  t.equal(
    ownerOf(response('Via: SIP/2.0/UDP 192.0.2.1;branch=1', `Via: ${via}1abc`), 4),
    0,
    'the first, cookie or not',
  );
  t.equal(ownerOf(response(`Via: ${via.replace(';', '\r\n ;')}3abc`), 4), 3, 'folded');
  t.equal(ownerOf(response(`Via: ${via}f00`), 4), 0, 'one that no worker of ours has made');
  t.equal(ownerOf(response(`Via: ${via}probe12`), 4), 0, 'probes are of home');
  t.equal(ownerOf(response('Via: SIP/2.0/UDP 192.0.2.1;branch=1'), 4), 0);
  t.equal(ownerOf(response(), 4), 0);
});

t.test('a request in a dialog belongs to who made the tag of its To', async (t) => {
  for (const to of [
    `To: <sip:b@c>;tag=${OWN_TAG}`,
    `t:sip:b@c;tag=${OWN_TAG}`,
    `TO : "a;tag=1>" <sip:b@c;tag=9>;x=1; TAG = ${OWN_TAG}`,
    `To: <sip:b@c>\r\n ;tag=${OWN_TAG}`,
  ]) {
    for (const method of ['BYE', 'INVITE', 'ACK', 'NOTIFY']) t.equal(ownerOf(request(method, [to]), 4), 2, to);
  }
});

t.test('a REGISTER is for home, whatever tag its To has', async (t) => {
  t.equal(ownerOf(request('REGISTER', [`To: <sip:b@c>;tag=${OWN_TAG}`]), 4), 0);
});

t.test('without a tag of ours, calls belong to a worker by their Call-ID, all else to home', async (t) => {
  const counts = [0, 0, 0, 0];
  for (let n = 0; n < 400; n++) {
    const owner = ownerOf(request('INVITE', ['To: <sip:b@c>', `Call-ID: ${n}@peer`]), 4);
    counts[owner] = (counts[owner] ?? 0) + 1;
    const same = [
      request('CANCEL', ['To: <sip:b@c>', `i:${n}@peer`]),
      request('ACK', ['To: <sip:b@c>;tag=s01234567', `CALL-ID  : ${n}@peer `]),
      request('INVITE', ['To: <sip:b@c>;tag=of-somebody-else', `Call-ID:\r\n ${n}@peer`]),
    ];
    t.same(
      same.map((bytes) => ownerOf(bytes, 4)),
      [owner, owner, owner],
    );
  }
  t.ok(
    counts.every((count) => count > 60),
    `spread evenly: ${counts}`,
  );
  for (const method of ['REGISTER', 'OPTIONS', 'MESSAGE', 'SUBSCRIBE', 'BYE', 'invite']) {
    t.equal(ownerOf(request(method, ['To: <sip:b@c>', 'Call-ID: 3@peer']), 4), 0, method);
  }
});

t.test('a call given to home belongs to it for as long as it may ring', async (t) => {
  const clock = createFakeClock();
  const given = new GivenCalls({ clock, random: createTestPorts(clock).random });
  const names = Array.from({ length: 40 }, (_, n) => `n${n}`);
  const invite = (callId: string) => request('INVITE', ['To: <sip:b@c>', `Call-ID: ${callId}`]);
  const callId = names.find((name) => ownerOf(invite(name), 4) === 3) ?? '';
  given.add(callId);
  t.equal(ownerOf(invite(callId), 4, given), 0);
  t.equal(ownerOf(request('INVITE', [`To: <sip:b@c>;tag=${OWN_TAG}`, `Call-ID: ${callId}`]), 4, given), 2);
  clock.advance(600_000);
  t.equal(ownerOf(request('CANCEL', ['To: <sip:b@c>', `Call-ID: ${callId}`]), 4, given), 0, 'it has rung for long');
  clock.advance(300_000);
  t.equal(ownerOf(invite(callId), 4, given), 3);
  given.add('another');
  t.equal(given.size, 1, 'what is over is forgotten');
});

t.test('a CANCEL belongs to the owner of its INVITE, however many headers that has', async (t) => {
  const many = Array.from({ length: 60 }, (_, n) => `Record-Route: <sip:proxy${n}.${'a'.repeat(60)}.example;lr>`);
  for (let n = 0; n < 20; n++) {
    const lines = ['To: <sip:b@c>', `Call-ID: ${n}@peer`];
    t.equal(ownerOf(request('INVITE', [...many, ...lines]), 4), ownerOf(request('CANCEL', lines), 4));
  }
});

t.test('of calls that are given away nothing is kept that grows with their Call-IDs', async (t) => {
  const clock = createFakeClock();
  const given = new GivenCalls({ clock, random: createTestPorts(clock).random });
  const before = heapInUse();
  for (let n = 0; n < 500; n++) given.add(`${n}@${'x'.repeat(40_000)}`);
  const grownMib = (heapInUse() - before) / 1024 / 1024;
  t.ok(grownMib < 5, `${grownMib.toFixed(1)} MiB more for 19 MiB of Call-IDs`);
  t.ok(given.size === 500 && given.has(`499@${'x'.repeat(40_000)}`) && !given.has('499@x'));
});

t.test('what is no SIP is for home', async (t) => {
  for (const text of ['', 'x', 'SIP/', 'INVITE', '\xff\xfe', 'INVITE sip:b@c SIP/2.0', 'SIP/2.0 200']) {
    t.ok([0, 1, 2, 3].includes(ownerOf(Buffer.from(text, 'latin1'), 4)), JSON.stringify(text));
  }
});
