import { generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CARRIER, callUp, Leg } from '../support/call.ts';
import { configFile } from '../support/config-file.ts';
import { moveGateway } from '../support/gateway.ts';
import { carrierCalls, Pbx } from '../support/pbx.ts';
import { startProduct } from '../support/product.ts';
import { startSipp } from '../support/sipp.ts';
import { tempDir } from '../support/temp-dir.ts';
import { UserAgent } from '../support/user-agent.ts';
import { until } from '../support/wait.ts';

const NUMBER = '+4930123456';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** The server signs caller numbers with that key. */
function signing(t: Test): Readonly<Record<string, string>> {
  const file = join(tempDir(t), 'stir.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  // A SIPp scenario takes a probe for its call.
  const calls = `calls: { stir_key_file: ${file}, stir_certificate_url: 'https://certs.example/shaken.pem' }`;
  return configFile(t, `${calls}\nregistration: { probe_interval_sec: 0 }\n`);
}

/** The value of a header as it went over the wire. */
const headerOf = (messages: string, name: string) => new RegExp(`^${name}: (.+?)\\r?$`, 'm').exec(messages)?.[1];

/** What the far ends see on the wire, each side played by SIPp. */
t.test('features of a call', async (t) => {
  const product = await startProduct(t, signing(t));
  const at = await moveGateway(t, product);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const plainDid = did.replace('+', '\\+');
  const operator = async (method: string, path: string, body?: unknown) => {
    const answer = await product.api(method, path, body, product.demo.operator_key);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return (answer.body as { data: unknown }).data;
  };
  const change = (body: object) => operator('PATCH', `/portal/sip-trunks/${acme.uuid}`, body);
  const policy = (body: object) => operator('PATCH', `/portal/sip-trunks/${acme.uuid}/routing-policy`, body);
  const registered = async (t: Test) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    return pbx;
  };
  /** Two phones at one address ask to be probed when the second appears, which SIPp cannot answer beside its calls. */
  const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
  const phone = async (t: Test) => {
    const agent = await UserAgent.open(t, server, acme);
    t.equal((await agent.register()).answer.status, 200);
    return agent;
  };
  const carrier = (t: Test) => UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
  const called = `sip:${did}@127.0.0.1:${product.sipPort}`;
  const gateway = (t: Test) => startSipp(t, { ...at, scenario: 'carrier-answers-caller-hangs-up' });
  const settled = () =>
    until('nothing is left', async () => {
      const left = await Promise.all(
        ['in', 'out'].map((one) => product.metric(`didfarm_cac_leases{direction="${one}"}`)),
      );
      return left.every((count) => count === 0);
    });
  /** The PBX calls out with those header lines; what the gateway got. */
  const dialled = async (t: Test, caller: string, headers: readonly string[] = []) => {
    const pbx = await registered(t);
    const far = await gateway(t);
    const call = await pbx.calls(t, 'pbx-calls-out-and-hangs-up', NUMBER, caller, { hold_ms: '100' }, headers);
    t.equal(call.code, 0, call.errors);
    const { code, messages, errors } = await far.done;
    t.equal(code, 0, errors);
    await settled();
    return messages;
  };

  t.test('a caller number is signed, and the signature verifies at the far end', async (t) => {
    const identity = headerOf(await dialled(t, did), 'Identity') ?? '';
    t.match(identity, /;info=<https:\/\/certs\.example\/shaken\.pem>;alg=ES256;ppt="?shaken"?$/);
    const [token = ''] = identity.split(';');
    const [head, payload, signature = ''] = token.split('.');
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
    t.ok(verify('sha256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url')));
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    t.match(claims, { attest: 'A', orig: { tn: did.slice(1) }, dest: { tn: [NUMBER.slice(1)] } });
  });

  t.test('an Identity that the PBX sends arrives as it is', async (t) => {
    const own = 'a.b.c;info=<https://x.example/c.pem>;alg=ES256;ppt="shaken"';
    t.equal(headerOf(await dialled(t, did, [`Identity: ${own}`]), 'Identity'), own);
  });

  t.test('an own number is shown and asserted; with Privacy it is asserted alone', async (t) => {
    const open = await dialled(t, did);
    t.match(headerOf(open, 'From'), new RegExp(`<sip:${plainDid}@`));
    t.match(headerOf(open, 'P-Asserted-Identity'), new RegExp(`^<sip:${plainDid}@`));
    t.equal(headerOf(open, 'Privacy'), undefined);
    const hidden = await dialled(t, did, ['Privacy: id']);
    t.match(headerOf(hidden, 'From'), /^"Anonymous" <sip:anonymous@anonymous\.invalid>/);
    t.match(headerOf(hidden, 'P-Asserted-Identity'), new RegExp(`^<sip:${plainDid}@`));
    t.equal(headerOf(hidden, 'Privacy'), 'id');
  });

  t.test('a number of somebody else becomes the default of the nearest account above, or is trusted', async (t) => {
    const foreign = '+31999999999';
    const [root] = product.demo.accounts;
    await operator('PATCH', `/accounts/${root?.id}`, { default_cid_number: did });
    t.match(headerOf(await dialled(t, foreign), 'From'), new RegExp(`<sip:${plainDid}@`));
    await policy({ caller_id: 'trusted' });
    const shown = await dialled(t, foreign);
    t.match(headerOf(shown, 'From'), /<sip:\+31999999999@/);
    t.match(headerOf(shown, 'P-Asserted-Identity'), /^<sip:\+31999999999@/);
    await policy({ caller_id: null });
    await operator('PATCH', `/accounts/${root?.id}`, { default_cid_number: null });
  });

  t.test('302 of the PBX is refused, and followed by its trunk where the policy says so', async (t) => {
    const pbx = await registered(t);
    const redirects = () => pbx.waits(t, 'pbx-redirects', { target: `sip:${NUMBER}@pbx.example` });
    const first = await redirects();
    const refused = await carrierCalls(t, product, 'carrier-calls-expect-refused', did, { status: '502' });
    t.equal(refused.code, 0, refused.errors);
    t.match(refused.messages, /Warning: 399 \S+ "pbx_failed"/);
    t.notMatch(refused.messages, /pbx\.example/, 'where it pointed stays here');
    t.equal((await first.done).code, 0);
    await policy({ redirect: 'follow' });
    const second = await redirects();
    const far = await gateway(t);
    const caller = await carrierCalls(t, product, 'carrier-calls-and-hangs-up', did, { hold_ms: '100' });
    t.equal(caller.code, 0, caller.errors);
    const [redirector, target] = await Promise.all([second.done, far.done]);
    t.equal(redirector.code, 0, redirector.errors);
    t.equal(target.code, 0, target.errors);
    t.match(target.messages, `INVITE sip:+4930123456@127.0.0.2:${at.port}`);
    t.match(headerOf(target.messages, 'From'), new RegExp(`<sip:${plainDid}@`), 'under the number that was called');
    await policy({ redirect: null });
    await settled();
  });

  t.test('a fork rings every phone; the first to answer has the call, the other is cancelled', async (t) => {
    await change({ contact_policy: 'fork', max_contacts: 2 });
    const [slow, quick] = [await phone(t), await phone(t)];
    const caller = await carrier(t);
    const placed = Leg.place(caller, called);
    const ringing = await slow.next('INVITE');
    const tagged = [['to', `${ringing.header('to')};tag=slow`]] as const;
    slow.respond(ringing, 180, tagged);
    const callee = await Leg.answer(quick, await quick.next('INVITE'), quick.contactUri);
    slow.respond(await slow.next('CANCEL'), 200);
    slow.respond(ringing, 487, tagged);
    await slow.next('ACK');
    const call = await placed;
    if (!(call instanceof Leg)) throw new Error(`answered ${call.status}`);
    t.equal((await Promise.all([call.hangUp(), callee.acceptHangUp()]))[0].status, 200);
    await settled();
    await change({ contact_policy: 'replace_oldest', max_contacts: 3 });
  });

  t.test('a hunt goes on to the older phone when the newer one answers 503', async (t) => {
    const [older, newer] = [await phone(t), await phone(t)];
    const caller = await carrier(t);
    const up = callUp(caller, called, older, older.contactUri);
    newer.respond(await newer.next('INVITE'), 503);
    const call = await up;
    t.equal((await Promise.all([call.caller.hangUp(), call.callee.acceptHangUp()]))[0].status, 200);
    await settled();
  });

  t.test('ruri_mode did puts the number into the Request-URI, contact leaves the Contact as it was', async (t) => {
    const pbx = await registered(t);
    for (const [ruri_mode, ruri] of [
      ['did', `sip:${plainDid}@127\\.0\\.0\\.1:${pbx.localPort};rinstance=a1b2c3d4`],
      ['contact', pbx.contactPattern],
    ] as const) {
      await change({ ruri_mode });
      const callee = await pbx.waits(t, 'pbx-answers-caller-hangs-up', { ruri, did: plainDid });
      const caller = await carrierCalls(t, product, 'carrier-calls-and-hangs-up', did, { hold_ms: '100' });
      t.equal(caller.code, 0, caller.errors);
      const { code, errors } = await callee.done;
      t.equal(code, 0, `${ruri_mode}: ${errors}`);
      await settled();
    }
    await change({ ruri_mode: null });
  });

  t.test('a number that is set to reject: 480, and the log names number and account though no trunk', async (t) => {
    const { account_id } = (await operator('GET', `/portal/sip-trunks/${acme.uuid}`)) as { account_id: number };
    await operator('POST', '/portal/did-routing', { number: did, destination: { kind: 'reject' } });
    const caller = await carrierCalls(t, product, 'carrier-calls-expect-refused', did, { status: '480' });
    t.equal(caller.code, 0, caller.errors);
    const line = () => product.log().find((entry) => entry.msg === 'call ended' && entry.reason === 'did_rejects');
    await until('it is logged', () => line() !== undefined);
    t.match(line(), { to: did, account: account_id, trunk: null });
  });
});
