import t, { type Test } from 'tap';
import type { SipMessage } from '../sip-engine/index.ts';
import { authorizationFor } from './support/client-digest.ts';
import { type DemoTrunk, type Product, startProduct } from './support/product.ts';
import { UserAgent } from './support/user-agent.ts';
import { until } from './support/wait.ts';

const FRIEND = '+31687654321';

interface Message {
  readonly id: number;
  readonly direction: string;
  readonly status: string;
  readonly reason: string | null;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly price: number;
  readonly pbx: { readonly status: string; readonly sip_status: number | null; readonly reason: string | null } | null;
}

async function messagesOf(product: Product, account: string): Promise<readonly Message[]> {
  const answer = await product.api('GET', '/messages?per_page=100', undefined, await product.bulkKey(account));
  return (answer.body as { readonly data: readonly Message[] }).data;
}

async function enableMessages(product: Product, trunk: DemoTrunk): Promise<string> {
  const [did = ''] = trunk.dids;
  const changed = await product.api('PATCH', `/dids/${encodeURIComponent(did)}`, { sms_enabled: true });
  if (changed.status !== 200) throw new Error(JSON.stringify(changed.body));
  return did;
}

function trunkOf(product: Product, name: string): DemoTrunk {
  const trunk = product.demo.accounts.find((account) => account.name === name)?.trunks[0];
  if (trunk === undefined) throw new Error(`${name} has no trunk`);
  return trunk;
}

async function openPbx(t: Test, product: Product, trunk: DemoTrunk): Promise<UserAgent> {
  return UserAgent.open(t, { transport: 'udp', host: '127.0.0.1', port: product.sipPort }, trunk);
}

interface Text {
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly contentType?: string;
}

/** A MESSAGE as it goes out, with credentials for the challenge if there was one. */
function textOf(pbx: UserAgent, { from, to, body, contentType = 'text/plain' }: Text, challenge?: SipMessage): Buffer {
  const { realm, username, password } = pbx.identity;
  const uri = `sip:${to}@${realm}`;
  const fields = { uri, from: `<sip:${from}@${realm}>;tag=m1`, to: `<${uri}>`, callId: `${body.length}-${from}` };
  const message = pbx.build('MESSAGE', { ...fields, headers: [['content-type', contentType]] });
  const [line] = challenge?.headerLines('proxy-authenticate') ?? [];
  if (line !== undefined) {
    const credentials = { challenge: line, username, password, method: 'MESSAGE', uri };
    message.add('proxy-authorization', authorizationFor(credentials));
  }
  message.body = Buffer.from(body);
  return message.toBuffer();
}

/** Sends a text as a PBX does: without credentials, then with. */
async function send(pbx: UserAgent, text: Text) {
  const challenge = await pbx.exchange(textOf(pbx, text));
  const sent = textOf(pbx, text, challenge);
  return { challenge, sent, answer: await pbx.exchange(sent) };
}

t.test('messages cross between PBXes and the world over SIP, and between tenants they do not', async (t) => {
  const product = await startProduct(t);
  const acme = product.trunk('Acme Corp');
  const did = await enableMessages(product, acme);
  const pbx = await openPbx(t, product, acme);
  const bring = (body: string, reference: string) =>
    product.api('POST', '/messages/inbound', { from: FRIEND, to: did, body, reference });

  await t.test('what comes in waits for the PBX, arrives when it registers, and its answer is noted', async (t) => {
    await bring('Are you open?', 'a');
    const waits = async () => (await messagesOf(product, 'MSP Demo'))[0]?.pbx?.reason === 'trunk_offline';
    await until('it is found offline', waits);
    t.equal((await pbx.register()).answer.status, 200);
    const message = await pbx.next('MESSAGE');
    t.match(message.uri, new RegExp(`^sip:${acme.username}@127\\.0\\.0\\.1:${pbx.socket.localPort}`));
    t.match(message.header('from'), new RegExp(`<sip:\\${FRIEND}@${acme.realm}>;tag=`));
    t.match(message.header('to'), `<sip:${did}@${acme.realm}>`);
    t.match(message.header('content-type'), /^text\/plain/);
    t.equal(message.body.toString(), 'Are you open?');
    t.equal(message.header('contact'), undefined, 'RFC 3428 section 4');
    pbx.respond(message, 202);
    const noted = async () => (await messagesOf(product, 'MSP Demo'))[0]?.pbx?.sip_status === 202;
    await until('the answer is noted', noted);
    t.match(await messagesOf(product, 'MSP Demo'), [{ direction: 'in', pbx: { status: 'delivered', reason: null } }]);
    await bring('¿Y mañana?', 'b');
    pbx.respond(await pbx.next('MESSAGE'), 415);
    const refused = { status: 'failed', sip_status: 415, reason: 'message_refused' };
    const failed = async () => (await messagesOf(product, 'MSP Demo'))[1]?.pbx?.status === 'failed';
    await until('the refusal is noted', failed);
    t.match((await messagesOf(product, 'MSP Demo'))[1], { body: '¿Y mañana?', pbx: refused });
  });

  await t.test(
    'what a PBX sends is challenged, answered 202, charged, and one message however often sent',
    async (t) => {
      const { challenge, sent, answer } = await send(pbx, { from: did, to: FRIEND, body: 'Until ten ✓' });
      t.equal(challenge.status, 407);
      t.equal(answer.status, 202);
      const again = await pbx.exchange(sent);
      t.equal(again.status, 202, 'a retransmission hears the same');
      const outs = async () => (await messagesOf(product, 'MSP Demo')).filter(({ direction }) => direction === 'out');
      await until('it is delivered', async () => (await outs())[0]?.status === 'delivered');
      t.match(await outs(), [{ from: did, to: FRIEND, body: 'Until ten ✓', price: 7, pbx: null }]);
      t.equal((await outs()).length, 1);
      const key = await product.bulkKey('MSP Demo');
      const { body } = await product.api('GET', '/wallet/transactions', undefined, key);
      const charges = (body as { data: { amount: number; reference_type: string }[] }).data;
      t.match(
        charges.filter(({ reference_type }) => reference_type === 'message'),
        [{ amount: -7 }],
      );
      t.equal((await product.api('GET', '/ledger/verify')).status, 200);
    },
  );

  await t.test("another tenant's number is refused as sender, and the other tenant sees nothing", async (t) => {
    const bistro = trunkOf(product, 'Bistro Group');
    const other = await openPbx(t, product, bistro);
    t.equal((await other.register()).answer.status, 200);
    const { answer } = await send(other, { from: did, to: FRIEND, body: 'It is me, Acme' });
    t.equal(answer.status, 403);
    t.match(answer.header('warning'), /caller_id_forbidden/);
    const own = await send(other, { from: bistro.dids[0] ?? '', to: FRIEND, body: 'Hello' });
    t.match(own.answer.header('warning'), /sms_disabled/);
    t.same(await messagesOf(product, 'Bistro Group'), []);
  });

  await t.test('what cannot be sent is refused at once, with the reason', async (t) => {
    const refused = async (fields: Partial<Text>) => {
      const { answer } = await send(pbx, { from: did, to: FRIEND, body: 'x', ...fields });
      return [answer.status, answer.header('warning')?.split('"')[1], answer.header('accept')];
    };
    t.same(await refused({ contentType: 'message/cpim' }), [415, 'unsupported_content', 'text/plain']);
    t.same(await refused({ body: '✓'.repeat(700) }), [413, 'message_too_long', undefined]);
    t.same(await refused({ to: '12' }), [484, 'bad_number', undefined]);
    const stranger = await UserAgent.open(
      t,
      { transport: 'udp', host: '127.0.0.1', port: product.sipPort, localAddress: '127.0.0.3' },
      { ...acme, realm: 'nobody.example' },
    );
    const answer = await stranger.exchange(textOf(stranger, { from: did, to: FRIEND, body: 'x' }));
    t.equal(answer.status, 403);
    const carrier = await UserAgent.open(
      t,
      { transport: 'udp', host: '127.0.0.1', port: product.sipPort, localAddress: '127.0.0.2' },
      acme,
    );
    t.equal((await carrier.exchange(textOf(carrier, { from: FRIEND, to: did, body: 'x' }))).status, 405);
  });

  await t.test('what cannot be paid for is a failed message with the reason', async (t) => {
    const bistro = trunkOf(product, 'Bistro Group');
    const number = await enableMessages(product, bistro);
    const other = await openPbx(t, product, bistro);
    t.equal((await other.register()).answer.status, 200);
    const { answer } = await send(other, { from: number, to: FRIEND, body: 'No money' });
    t.equal(answer.status, 202);
    const found = async () => (await messagesOf(product, 'Bistro Group')).length === 1;
    await until('it is there', found);
    t.match(await messagesOf(product, 'Bistro Group'), [{ status: 'failed', reason: /balance/, price: 0 }]);
  });
});
