import t, { type Test as TapTest } from 'tap';
import type { SipMessage } from '../../sip-engine/index.ts';
import { refusedAck } from '../support/call.ts';
import { authorizationFor } from '../support/client-digest.ts';
import { startProduct } from '../support/product.ts';
import { until } from '../support/wait.ts';
import { type Judged, startWorld, type World } from './world.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n';

/** Refused as stale, once, with a nonce that is new. */
function isStale(t: TapTest, { answer, ...judged }: Judged, name: string, status = 401): void {
  t.match(judged, { status, times: 1 }, name);
  const header = status === 401 ? 'www-authenticate' : 'proxy-authenticate';
  t.match(answer.header(header), /stale=true/, name);
}

/** The same bytes in a new transaction. */
function withNewBranch(captured: Buffer, branch = 'new'): Buffer {
  return Buffer.from(captured.toString('latin1').replace(/branch=z9hG4bK\w+/, `branch=z9hG4bK${branch}`), 'latin1');
}

/** What somebody on the path captured is worth nothing. */
t.test('replay', async (t) => {
  const world = await startWorld(t);
  const trunk = world.product.trunk('Acme Corp');
  const sources = async () => (await world.registration(trunk)).contacts.map((contact) => contact.source);

  t.test('the byte-identical retransmission gets the same answer and changes nothing', async (t) => {
    const pbx = await world.pbx(trunk);
    const { sent, answer } = await pbx.register();
    const before = await world.registration(trunk);
    const { answer: again, ...judged } = await world.reasonOf('retransmitted', () => pbx.exchange(sent));
    t.match(judged, { status: 200, times: 1 });
    const shown = (message: SipMessage) => ['contact', 'date', 'supported', 'path'].map((n) => message.headerLines(n));
    t.same(shown(again), shown(answer));
    t.same(await world.registration(trunk), before);
  });

  t.test('a captured REGISTER from another port, another address, or with a new branch is refused', async (t) => {
    const pbx = await world.pbx(trunk);
    const { sent } = await pbx.register();
    const before = await sources();
    const otherPort = await world.pbx(trunk);
    isStale(t, await world.reasonOf('nonce_replay', () => otherPort.exchange(sent)), 'another port');
    const otherAddress = await world.pbx(trunk, '127.0.0.9');
    isStale(t, await world.reasonOf('nonce_foreign', () => otherAddress.exchange(sent)), 'another address');
    isStale(t, await world.reasonOf('nonce_replay', () => pbx.exchange(withNewBranch(sent))), 'a new branch');
    t.same(await sources(), before);
  });

  t.test('a nonce of another realm is refused as foreign', async (t) => {
    const bistro = await world.pbx(world.product.trunk('Bistro Group'));
    const pbx = await world.pbx(trunk);
    const theirs = await bistro.exchange(bistro.buildRegister());
    const challenge = (theirs.header('www-authenticate') ?? '').replace(/realm="[^"]+"/, `realm="${trunk.realm}"`);
    const authorization = authorizationFor({ challenge, ...trunk, method: 'REGISTER', uri: `sip:${trunk.realm}` });
    const send = () => pbx.exchange(pbx.buildRegister({}, [['authorization', authorization]]));
    isStale(t, await world.reasonOf('nonce_foreign', send), 'another realm');
  });

  t.test('a captured INVITE is refused from elsewhere and in a new transaction, and calls nobody twice', async (t) => {
    await captureInvite(t, world);
  });

  t.test('a nonce of an earlier start has a reason of its own', async (t) => {
    const pbx = await world.pbx(trunk);
    const challenge = await pbx.exchange(pbx.buildRegister());
    await world.product.stop('SIGKILL');
    const again = await startProduct(t, world.product.env);
    const answer = await pbx.exchange(pbx.buildRegister({}, [['authorization', pbx.authorize(challenge)]]));
    t.equal(answer.status, 401);
    t.match(answer.header('www-authenticate'), /stale=true/);
    const line = 'didfarm_register_total{result="client_error",reason="nonce_previous_start"}';
    t.equal(await again.metric(line), 1);
    t.equal(
      (await pbx.exchange(pbx.buildRegister({}, [['authorization', pbx.authorize(answer)]]))).status,
      200,
      'the new one is good, nobody types a password again',
    );
  });
});

t.test('an expired nonce is refused with stale=true and a reason of its own; the new one is good', async (t) => {
  // Asked again and again until it is too old.
  const world = await startWorld(t, 'auth: { nonce_lifetime_sec: 5 }', { DIDFARM_RATE_LIMITS: 'off' });
  const pbx = await world.pbx(world.product.trunk('Acme Corp'));
  const challenge = await pbx.exchange(pbx.buildRegister());
  const send = (message: SipMessage, nc: number) =>
    pbx.exchange(pbx.buildRegister({}, [['authorization', pbx.authorize(message, {}, nc)]]));
  let nc = 0;
  let judged = await world.reasonOf('nonce_stale', () => send(challenge, ++nc));
  t.equal(judged.status, 200);
  await until(
    'the nonce is too old',
    async () => {
      judged = await world.reasonOf('nonce_stale', () => send(challenge, ++nc));
      return judged.status !== 200;
    },
    15_000,
  );
  isStale(t, judged, 'expired');
  t.equal((await send(judged.answer, 1)).status, 200);
});

async function captureInvite(t: TapTest, world: World): Promise<void> {
  const acme = world.product.trunk('Acme Corp');
  // A number of this platform whose PBX is off: answered at once.
  const uri = `sip:${world.product.trunk('Beta Services').dids[0] ?? ''}@${acme.realm}`;
  const pbx = await world.pbx(acme);
  t.equal((await pbx.register()).answer.status, 200);
  const tag = `<sip:${acme.username}@${acme.realm}>;tag=caller`;
  const build = (more: readonly (readonly [string, string])[]) =>
    pbx
      .build('INVITE', {
        uri,
        to: `<${uri}>`,
        from: tag,
        callId: 'captured@test',
        headers: [['contact', `<${pbx.contactUri}>`], ...more],
        body: SDP,
      })
      .toBuffer();
  const first = build([]);
  const challenge = await pbx.exchange(first);
  t.equal(challenge.status, 407);
  pbx.socket.send(refusedAck(first, challenge));
  const line = challenge.header('proxy-authenticate') ?? '';
  const sent = build([['proxy-authorization', authorizationFor({ challenge: line, ...acme, method: 'INVITE', uri })]]);
  const answer = await pbx.exchange(sent);
  pbx.socket.send(refusedAck(sent, answer));
  t.not(answer.status, 407, 'the digest was right');
  const reasons = () => world.product.log().filter((entry) => /^nonce_/.test(String(entry.reason))).length;
  const thief = await world.pbx(acme, '127.0.0.9');
  // In the same transaction it is absorbed (RFC 3261 section 17.2.1): whoever repeats it from elsewhere hears nothing.
  const heard = new Set<string>();
  thief.isHeard = ({ status, topVia }) => {
    heard.add(`${status} ${topVia.branch}`);
    return true;
  };
  thief.socket.send(sent);
  for (const [name, from, bytes] of [
    ['another port', await world.pbx(acme), withNewBranch(sent, 'port')],
    ['a new branch', pbx, withNewBranch(sent, 'same')],
    ['another address', thief, withNewBranch(sent, 'address')],
  ] as const) {
    const before = reasons();
    const refused = await from.exchange(bytes);
    from.socket.send(refusedAck(bytes, refused));
    t.equal(refused.status, 407, name);
    t.match(refused.header('proxy-authenticate'), /stale=true/, name);
    await until(`${name} is logged with its reason`, () => reasons() > before);
  }
  t.same(
    [...heard].filter((answer) => !answer.startsWith('100')),
    ['407 z9hG4bKaddress'],
  );
}
