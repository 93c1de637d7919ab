import t, { type Test } from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import { CALL_STEPS } from './index.ts';
import type { SrfDialog, SrfRequest } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import {
  answerCalls,
  call,
  ha1Of,
  refused,
  SDP,
  type Stage,
  silentPort,
  startStage,
  type Ua,
  until,
} from './test-stage.ts';

const realm = 'sip.didfarm.com';
const acme = trunkRecord({ id: 1, username: 'acme', ha1: ha1Of('acme', realm, 'secret'), maxOut: 1 });
const beta = trunkRecord({ id: 2, accountId: 2, username: 'beta' });
const gateway = (host: string, port: number, priority: number) =>
  ({ host, port, transport: 'udp', priority, weight: 1 }) as const;

const fields =
  (gateways: (carrier: Ua) => readonly ReturnType<typeof gateway>[]) =>
  (carrier: Ua): DeltaFields => ({
    accounts: [accountRecord({ id: 1, country: 'NL' }), accountRecord({ id: 2 })],
    trunks: [acme, beta],
    dids: [
      didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } }),
      didRecord({ id: 2, accountId: 2, number: '+442079460958', destination: { kind: 'trunk', trunkId: 2 } }),
    ],
    carriers: [carrierRecord({ id: 1, name: 'loopback', sources: ['127.0.0.2'], gateways: gateways(carrier) })],
  });

const one = fields((carrier) => [gateway(carrier.host, carrier.port, 1)]);
const start = (t: Test, more = one) => startStage(t, engineOn, more);

/** The PBX calls with its password, as `From` says. */
function callOut(stage: Stage, user: string, more: Record<string, unknown> = {}) {
  stage.bindPbx(acme);
  const { headers, ...rest } = more as { headers?: Record<string, string> };
  return call(stage.pbx, stage.ours, user, {
    auth: { username: 'acme', password: 'secret' },
    headers: { From: `"Acme" <sip:+31201234567@${realm}>`, ...headers },
    ...rest,
  });
}

async function hangUp(t: Test, stage: Stage, dialog: SrfDialog): Promise<void> {
  dialog.destroy({ headers: {} }, () => undefined);
  await until(() => stage.router.activeCalls === 0);
  t.same(stage.admission.leases(), []);
  t.same(stage.faults, []);
}

t.test('a registered PBX is challenged, and its call goes to the carrier under its own number', async (t) => {
  const stage = await start(t);
  const answered = answerCalls(stage.carrier);
  const placed = callOut(stage, '0301234567');
  const [a, { req }] = await Promise.all([placed.dialog, answered]);
  t.equal(req.uri, `sip:+31301234567@127.0.0.2:${stage.carrier.port}`);
  t.match(req.get('from'), `"Acme" <sip:+31201234567@127.0.0.1:${stage.ours.port}>`);
  t.match(req.get('to'), '<sip:+31301234567@127.0.0.2>');
  t.match(req.get('p-asserted-identity'), `<sip:+31201234567@127.0.0.1:${stage.ours.port}>`);
  t.equal(req.get('p-called-party-id'), undefined);
  t.notMatch(req.raw, '127.0.0.3', 'nothing of the PBX is told to the carrier');
  t.notMatch(req.raw, 'acme', 'nor its user name');
  t.equal(stage.admission.used('trunk', 1, 'out'), 1);
  t.equal(stage.admission.used('carrier', 1, 'out'), 1);
  await hangUp(t, stage, a);
  t.match(await stage.ended(), { direction: 'out', reason: 'answered', accountId: 1, trunkId: 1, carrierId: 1 });
  t.same(stage.counted, ['in ok challenged', 'out ok answered']);
});

t.test('a wrong password gets 407 again, and only the public reason', async (t) => {
  const stage = await start(t);
  const { status, res } = await refused(callOut(stage, '0301234567', { auth: { username: 'acme', password: 'no' } }));
  t.equal(status, 407);
  t.equal(res.get('warning'), `399 ${realm} "auth_failed"`);
  t.match(stage.counted, ['in ok challenged', 'in client_error wrong_password']);
  t.same(stage.records, []);
});

t.test('privacy hides the number from the called side and not from the carrier', async (t) => {
  const stage = await start(t);
  const answered = answerCalls(stage.carrier);
  const placed = callOut(stage, '0301234567', { headers: { Privacy: 'id' } });
  const [a, { req }] = await Promise.all([placed.dialog, answered]);
  t.match(req.get('from'), 'sip:anonymous@anonymous.invalid');
  t.equal(req.get('privacy'), 'id');
  t.match(req.get('p-asserted-identity'), '<sip:+31201234567@');
  await hangUp(t, stage, a);
});

t.test('a number of somebody else is refused before a carrier hears of it', async (t) => {
  const stage = await start(t);
  let seen = 0;
  stage.carrier.onInvite(() => {
    seen += 1;
  });
  const headers = { From: `<sip:+442079460958@${realm}>` };
  const { status, res } = await refused(callOut(stage, '0301234567', { headers }));
  t.equal(status, 403);
  t.equal(res.get('warning'), `399 ${realm} "caller_id_forbidden"`);
  t.equal(seen, 0);
  t.match(await stage.ended(), { direction: 'out', reason: 'caller_id_forbidden', trunkId: 1 });
});

t.test('at the ceiling the PBX gets 503 with cause 34, without Retry-After', async (t) => {
  const stage = await start(t);
  const answered = answerCalls(stage.carrier);
  const [a] = await Promise.all([callOut(stage, '0301234567').dialog, answered]);
  const { status, res } = await refused(callOut(stage, '0301234568'));
  t.equal(status, 503);
  t.match(res.get('reason'), /^Q.850;cause=34/);
  t.equal(res.get('retry-after'), undefined);
  t.equal(res.get('warning'), `399 ${realm} "cac_trunk_out"`);
  await hangUp(t, stage, a);
});

t.test('a carrier that fails is passed over: 503, 500, 408 and silence, but never 404, 486, 603 or 501', async (t) => {
  for (const status of [503, 500, 408, 'silence', 404, 486, 603, 501] as const) {
    const silent = await silentPort(t, '127.0.0.2');
    const stage = await start(
      t,
      fields((carrier) => [
        status === 'silence' ? gateway('127.0.0.2', silent, 1) : gateway(carrier.host, carrier.port, 1),
        gateway(carrier.host, carrier.port, 2),
      ]),
    );
    let seen = 0;
    stage.carrier.onInvite((req, res) => {
      seen += 1;
      if (seen === 1 && status !== 'silence') res.send(status, undefined, {});
      else stage.carrier.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).catch(t.fail);
    });
    const placed = callOut(stage, '0301234567');
    if (status === 'silence' || [503, 500, 408].includes(status)) {
      await hangUp(t, stage, await placed.dialog);
      t.match(await stage.ended(), { reason: 'answered', attempts: { length: 2 } }, String(status));
    } else {
      t.equal((await refused(placed)).status, status);
      t.match(await stage.ended(), { attempts: { length: 1 } }, String(status));
    }
  }
});

t.test('when every gateway has failed the PBX gets 503 carrier_failed and the record lists each attempt', async (t) => {
  const stage = await start(
    t,
    fields((carrier) => [1, 2].map((n) => gateway(carrier.host, carrier.port, n))),
  );
  stage.carrier.onInvite((_req, res) => res.send(500, undefined, {}));
  const { status, res } = await refused(callOut(stage, '0301234567'));
  t.equal(status, 503);
  t.equal(res.get('warning'), `399 ${realm} "carrier_failed"`);
  t.match(await stage.ended(), { reason: 'carrier_failed', attempts: [{ status: 500 }, { status: 500 }] });
  t.equal(stage.router.activeCalls, 0);
});

t.test("a call to another tenant's DID rings its PBX and holds a place on both sides", async (t) => {
  const stage = await start(t);
  stage.bindPbx(beta);
  const answered = answerCalls(stage.pbx);
  const [a, { req }] = await Promise.all([callOut(stage, '00442079460958').dialog, answered]);
  t.match(req.uri, 'sip:beta@127.0.0.3');
  t.match(req.get('from'), `"Acme" <sip:+31201234567@${realm}>`);
  t.equal(stage.admission.used('trunk', 1, 'out'), 1);
  t.equal(stage.admission.used('trunk', 2, 'in'), 1);
  await hangUp(t, stage, a);
  t.match(await stage.ended(), { direction: 'internal', trunkId: 1, didId: 2, didAccountId: 2, carrierId: null });
});

t.test('a PBX that forwards its DID to itself is stopped at the third live call', async (t) => {
  const stage = await start(t, (carrier) => ({ ...one(carrier), trunks: [{ ...acme, maxOut: null }, beta] }));
  stage.bindPbx(acme);
  const statuses: number[] = [];
  stage.pbx.onInvite((_req, res) => {
    const onward = callOut(stage, '+31201234567');
    refused(onward).then(({ status }) => {
      statuses.push(status);
      res.send(status, undefined, {});
    }, t.fail);
  });
  t.match(await refused(callOut(stage, '+31201234567')), { status: 482 });
  t.same(statuses, [482, 482]);
  t.equal(stage.router.activeCalls, 0);
});

t.test('explain says what a call then does, and takes nothing', async (t) => {
  const stage = await start(t);
  stage.bindPbx(acme);
  const { router } = stage;
  t.match(router.explain({ from: '+4930111', to: '0031201234567' }), {
    result: 'ok',
    reason: 'answered',
    sentence: /sip:acme@127.0.0.3/,
    steps: CALL_STEPS.map(({ name: step }) =>
      step === 'identifySource' ? { step, decided: 'carrier loopback' } : { step },
    ),
  });
  t.match(router.explain({ from: '+31201234567', to: '0301234567', trunk: 'acme' }), {
    result: 'ok',
    sentence: /loopback/,
  });
  t.match(router.explain({ from: '+3120', to: '0301234567', trunk: acme.uuid }), {
    result: 'client_error',
    reason: 'caller_id_forbidden',
    remedy: /default_cid_number/,
  });
  t.match(router.explain({ from: '1', to: '+442079460958' }), { reason: 'trunk_offline', accountIds: [2] });
  t.same(router.explain({ from: '+31201234567', to: '+442079460958', trunk: acme.uuid }).accountIds, [1, 2]);
  t.match(router.explain({ from: '1', to: '+31201234567', source: '192.0.2.1' }), { reason: 'challenged' });
  t.throws(() => router.explain({ from: '1', to: '2', trunk: 'nobody' }), { code: 'unknown_trunk' });
  t.same([stage.records, stage.counted, router.leases(), router.activeCalls], [[], [], [], 0]);
});

t.test('P26: a carrier that challenges our call gets an answer, once, in the same call', async (t) => {
  const registration = { registrar: '127.0.0.2', username: 'us', domain: 'up.example', password: 'a secret' };
  const stage = await start(t, (carrier) => ({
    ...one(carrier),
    carriers: [carrierRecord({ id: 1, gateways: [gateway('127.0.0.2', carrier.port, 1)], routing: { registration } })],
  }));
  const seen: SrfRequest[] = [];
  let isSatisfied = true;
  stage.carrier.onInvite((req, res) => {
    seen.push(req);
    const challenge = 'Digest realm="up.example", nonce="n1", algorithm=SHA-256, qop="auth"';
    const isAnswered = /username="us", realm="up.example"/.test(req.get('proxy-authorization') ?? '');
    if (!isAnswered || !isSatisfied) res.send(407, undefined, { headers: { 'Proxy-Authenticate': challenge } });
    else void stage.carrier.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} });
  });
  const dialog = await callOut(stage, '0301234567').dialog;
  t.equal(seen.length, 2);
  t.equal(seen[0]?.get('call-id'), seen[1]?.get('call-id'));
  t.equal(seen[0]?.get('from'), seen[1]?.get('from'));
  t.match(seen[1]?.get('from'), /@up\.example>/);
  t.equal(Number.parseInt(seen[1]?.get('cseq') ?? '', 10), Number.parseInt(seen[0]?.get('cseq') ?? '', 10) + 1);
  t.match(seen[1]?.get('proxy-authorization'), /algorithm=SHA-256, qop=auth/);
  await hangUp(t, stage, dialog);
  isSatisfied = false;
  t.match(await refused(callOut(stage, '0301234567')), { status: 503 });
  t.equal(seen.length, 4, 'no third try');
  await until(() => stage.router.activeCalls === 0);
});
