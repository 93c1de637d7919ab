import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfDialog, SrfHeaders, SrfMessage, SrfRequest, SrfResponse } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import {
  answerCalls,
  assertClean,
  bye,
  call,
  gatewayTo,
  ha1Of,
  SDP,
  startStage,
  type Ua,
  until,
} from './test-stage.ts';

const REALM = 'sip.didfarm.com';
const LOGIN = { registrar: '127.0.0.2', username: 'us', domain: 'up.example', password: 'a secret' };
const acme = trunkRecord({
  id: 1,
  username: 'acme',
  ha1: ha1Of('acme', REALM, 'secret'),
  routing: { refer: 'pass' },
});

const fields = (carrier: Ua): DeltaFields => ({
  accounts: [accountRecord({ id: 1, country: 'NL' })],
  trunks: [acme],
  dids: [didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } })],
  carriers: [carrierRecord({ id: 1, gateways: [gatewayTo(carrier)], routing: { registration: LOGIN } })],
});

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** What a request proves with that nonce, recomputed from RFC 7616 section 3.4.1; -1 for nothing, else the nonce count. */
function provenCount(req: SrfMessage & { readonly method: string }, nonce: string): number {
  const line = req.get('proxy-authorization') ?? '';
  const value = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(line)?.[1] ?? '';
  if (value('[^c]nonce') !== nonce) return -1;
  const ha1 = md5(`us:${value('realm')}:a secret`);
  const ha2 = md5(`${req.method}:${value(' uri')}`);
  const expected = md5(`${ha1}:${nonce}:${value('nc')}:${value('cnonce')}:auth:${ha2}`);
  return value('response') === expected ? Number.parseInt(value('nc'), 16) : -1;
}

const challenge = (nonce: string): { readonly headers: SrfHeaders } => ({
  headers: { 'Proxy-Authenticate': `Digest realm="up.example", nonce="${nonce}", algorithm=MD5, qop="auth"` },
});

/** A call out that is up at a carrier that challenges; `carrier` is its end there. */
async function talk(t: Test, isInviteChallenged: boolean) {
  const stage = await startStage(t, engineOn, fields);
  stage.bindPbx(acme);
  const up = Promise.withResolvers<SrfDialog>();
  stage.carrier.onInvite((req: SrfRequest, res: SrfResponse) => {
    if (isInviteChallenged && provenCount(req, 'first') !== 1) res.send(407, undefined, challenge('first'));
    else stage.carrier.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).then(up.resolve, up.reject);
  });
  const placed = call(stage.pbx, stage.ours, '0301234567', {
    auth: { username: 'acme', password: 'secret' },
    headers: { From: `<sip:+31201234567@${REALM}>` },
  });
  const [pbx, carrier] = await Promise.all([placed.dialog, up.promise]);
  await until(() => stage.records.length === 2);
  return { stage, pbx, carrier };
}

function ask(dialog: SrfDialog, method: string, body?: string): Promise<number> {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/sdp' };
  return new Promise((resolve, reject) => {
    dialog.request({ method, headers, ...(body === undefined ? {} : { body }) }, (error, res) => {
      if (res === undefined) reject(error);
      else if (res.status >= 200) resolve(res.status);
    });
  });
}

t.test(
  'RFC 3261 22.3: who challenged the INVITE gets proof in the call at once, with a nonce count that rises',
  async (t) => {
    const { stage, pbx, carrier } = await talk(t, true);
    const counts: number[] = [];
    carrier.on('modify', (req, res) => {
      counts.push(provenCount(req, 'first'));
      res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: SDP('callee') });
    });
    carrier.on('info', (req, res) => {
      counts.push(provenCount(req, 'first'));
      res.send(200, undefined, {});
    });
    t.equal(await ask(pbx, 'INVITE', SDP('hold')), 200);
    t.equal(await ask(pbx, 'INFO'), 200);
    const over = new Promise<SrfMessage>((resolve) => carrier.on('destroy', resolve));
    bye(pbx);
    counts.push(provenCount({ ...withGet(await over), method: 'BYE' }, 'first'));
    t.same(counts, [2, 3, 4]);
    await until(() => stage.router.activeCalls === 0);
    assertClean(t, stage);
  },
);

t.test(
  'a challenge inside the call is answered once: another nonce, or a carrier that let the INVITE pass',
  async (t) => {
    for (const isInviteChallenged of [true, false]) {
      const { stage, pbx, carrier } = await talk(t, isInviteChallenged);
      const seen: number[] = [];
      let isSatisfied = true;
      const prove = (req: SrfRequest, res: SrfResponse, body?: string) => {
        const count = provenCount(req, 'second');
        seen.push(count);
        if (count < 0 || !isSatisfied) res.send(407, undefined, challenge('second'));
        else
          res.send(200, undefined, body === undefined ? {} : { headers: { 'Content-Type': 'application/sdp' }, body });
      };
      carrier.on('modify', (req, res) => prove(req, res, SDP('callee')));
      carrier.on('info', (req, res) => prove(req, res));
      t.equal(await ask(pbx, 'INVITE', SDP('hold')), 200, 'the PBX hears nothing of it');
      t.equal(await ask(pbx, 'INFO'), 200);
      t.same(seen, [-1, 1, 2]);
      isSatisfied = false;
      t.equal(await ask(pbx, 'INFO'), 488, 'no third try, and no challenge for the PBX');
      t.same(seen.slice(3), [3, 1]);
      bye(pbx);
      await until(() => stage.router.activeCalls === 0);
      await until(() => stage.ours.engine.stats.dialogs === 0);
      assertClean(t, stage);
    }
  },
);

t.test('a carrier that never challenges is shown no credentials', async (t) => {
  const stage = await startStage(t, engineOn, fields);
  stage.bindPbx(acme);
  const up = answerCalls(stage.carrier);
  const placed = call(stage.pbx, stage.ours, '0301234567', {
    auth: { username: 'acme', password: 'secret' },
    headers: { From: `<sip:+31201234567@${REALM}>` },
  });
  const [pbx, { req, dialog }] = await Promise.all([placed.dialog, up]);
  await until(() => stage.records.length === 2);
  const over = new Promise<SrfMessage>((resolve) => dialog.on('destroy', resolve));
  bye(pbx);
  for (const message of [req, await over]) {
    t.notOk(message.has('proxy-authorization'));
    t.notOk(message.has('authorization'));
  }
  await until(() => stage.router.activeCalls === 0);
});

function withGet(message: SrfMessage): SrfMessage {
  return { body: message.body, get: (name) => message.get(name), has: (name) => message.has(name) };
}
