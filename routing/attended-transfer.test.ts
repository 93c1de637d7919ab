import t, { type Test } from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import { readReplaces } from './bridge/joined-legs.ts';
import type { SrfDialog, SrfRequest, SrfResponse } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import {
  answerCalls,
  assertClean,
  bye,
  call,
  destroyed,
  gatewayTo,
  ha1Of,
  SDP,
  startStage,
  type Ua,
  until,
} from './test-stage.ts';
import { assertDrained, lastRecords, progressTold, refer } from './test-transfers.ts';

const REALM = 'sip.didfarm.com';
const acme = trunkRecord({
  id: 1,
  username: 'acme',
  ha1: ha1Of('acme', REALM, 'secret'),
  routing: { refer: 'local' },
});
const beta = trunkRecord({ id: 2, username: 'beta', routing: { refer: 'local' } });

const fields = (carrier: Ua): DeltaFields => ({
  accounts: [accountRecord({ id: 1, country: 'NL' })],
  trunks: [acme, beta],
  dids: [
    didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } }),
    didRecord({ id: 2, number: '+31207654321', destination: { kind: 'trunk', trunkId: 2 } }),
  ],
  carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'], gateways: [gatewayTo(carrier)] })],
});

const sdpHeaders = { headers: { 'Content-Type': 'application/sdp' } };

/** Notes the offers that a leg gets from now on and answers them, unless it refuses. */
function offersTo(dialog: SrfDialog, name: string, isWilling: () => boolean = () => true): string[] {
  const offers: string[] = [];
  dialog.on('modify', (req, res) => {
    offers.push(req.body);
    if (isWilling()) res.send(200, undefined, { ...sdpHeaders, body: SDP(name) });
    else res.send(488, undefined, {});
  });
  return offers;
}

/** A PBX in two calls: with a caller from outside (`held`), and with somebody it has called (`consulted`). */
async function twoCalls(t: Test, isInternal = false) {
  const stage = await startStage(t, engineOn, fields);
  stage.bindPbx(acme);
  const in1 = answerCalls(stage.pbx, SDP('pbx'));
  const first = call(stage.carrier, stage.ours, '+31201234567');
  const [caller, { dialog: held }] = await Promise.all([first.dialog, in1]);
  if (isInternal) stage.bindPbx(beta);
  const out = answerCalls(isInternal ? stage.pbx : stage.carrier, SDP('target'));
  const second = call(stage.pbx, stage.ours, isInternal ? '0207654321' : '0301234567', {
    auth: { username: 'acme', password: 'secret' },
    headers: { From: `<sip:+31201234567@${REALM}>` },
  });
  const [consulted, { dialog: target }] = await Promise.all([second.dialog, out]);
  await until(() => stage.records.length === 4);
  const told = progressTold(held);
  return { stage, caller, held, consulted, target, told };
}

/** Refer-To that names a dialog as its far end knows it (RFC 3891 section 3). */
function naming({ sip }: SrfDialog, user = '0301234567'): string {
  const replaces = `${sip.callId};to-tag=${sip.remoteTag};from-tag=${sip.localTag}`;
  return `<sip:${user}@${REALM}?Replaces=${encodeURIComponent(replaces)}&Require=replaces>`;
}

t.test('RFC 5589 section 7: who is held is joined with who was consulted, and the PBX is let go of both', async (t) => {
  const { stage, caller, held, consulted, target, told } = await twoCalls(t);
  const [toCaller, toTarget] = [offersTo(caller, 'caller again'), offersTo(target, 'target again')];
  const gone = Promise.all([destroyed(held), destroyed(consulted)]);
  t.equal(await refer(held, naming(consulted)), 202);
  await gone;
  t.same(told, ['SIP/2.0 100 Trying active', 'SIP/2.0 200 OK terminated']);
  t.same([toCaller, toTarget], [[SDP('target')], [SDP('caller again')]]);
  t.equal(stage.router.activeCalls, 2, 'two calls, each with its own payer');
  t.match(lastRecords(stage), [
    { direction: 'in', aLeg: { dialog: Object }, endedAtMs: null },
    { direction: 'out', bLeg: { dialog: Object }, endedAtMs: null },
  ]);
  t.equal(lastRecords(stage)[0]?.bLeg?.dialog, undefined, 'a crash does not hang up on who has left');
  t.equal(lastRecords(stage)[1]?.aLeg?.dialog, undefined);
  for (const [from, to] of [
    [caller, target],
    [target, caller],
  ] as const) {
    to.on('info', (req: SrfRequest, res: SrfResponse) => res.send(req.body === 'Signal=5' ? 200 : 400, undefined, {}));
    const dtmf = { method: 'INFO', body: 'Signal=5', headers: { 'Content-Type': 'application/dtmf-relay' } };
    const status = new Promise((resolve) => from.request(dtmf, (_error, res) => resolve(res?.status)));
    t.equal(await status, 200, 'what is sent now crosses');
  }
  const over = destroyed(caller);
  bye(target);
  await over;
  await until(() => stage.router.activeCalls === 0);
  t.match(
    lastRecords(stage).map(({ reason }) => reason),
    ['answered', 'answered'],
  );
  await until(() => stage.ours.engine.stats.dialogs === 0);
  assertClean(t, stage);
});

t.test('after it the PBX has no say any more, and whatever ends one call ends both', async (t) => {
  const { stage, caller, held, consulted, target } = await twoCalls(t);
  offersTo(caller, 'caller');
  offersTo(target, 'target');
  const gone = Promise.all([destroyed(held), destroyed(consulted)]);
  t.equal(await refer(held, naming(consulted)), 202);
  await gone;
  t.equal(await refer(held, naming(consulted)).catch(() => 481), 481, 'what was left is not there any more');
  stage.bindPbx(acme);
  t.equal(await refer(caller, naming(target)), 603, 'a carrier transfers nobody');
  // The first of the two records to end takes everything along.
  const over = Promise.all([destroyed(caller), destroyed(target)]);
  stage.clock.advance(4 * 3_600_000 + 1000);
  await over;
  await until(() => stage.router.activeCalls === 0);
  t.match(
    lastRecords(stage).map(({ reason }) => reason),
    ['max_duration', 'max_duration'],
  );
  await until(() => stage.ours.engine.stats.dialogs === 0);
  assertClean(t, stage);
});

t.test('who was joined may transfer on: the chain ends as one, wherever it ends', async (t) => {
  for (const isCut of [false, true]) {
    const { stage, caller, held, consulted, target } = await twoCalls(t, true);
    const toCaller = offersTo(caller, 'caller');
    offersTo(target, 'target');
    const gone = Promise.all([destroyed(held), destroyed(consulted)]);
    t.equal(await refer(held, naming(consulted)), 202);
    await gone;
    const onward = answerCalls(stage.carrier, SDP('next'));
    const leaves = destroyed(target);
    t.equal(await refer(target, `<sip:0301234567@${REALM}>`), 202, 'by the rights of its own trunk');
    const { dialog: next } = await onward;
    await leaves;
    t.same(toCaller, [SDP('target'), SDP('next')]);
    t.equal(stage.router.activeCalls, 3);
    const over = Promise.all([destroyed(caller), ...(isCut ? [destroyed(next)] : [])]);
    if (isCut) stage.clock.advance(4 * 3_600_000 + 1000);
    else bye(next);
    await over;
    await until(() => stage.router.activeCalls === 0);
    await until(() => stage.ours.engine.stats.dialogs === 0);
    t.equal(lastRecords(stage).length, 3);
    assertClean(t, stage);
  }
});

t.test('the PBX may leave both calls at once: the two are joined all the same', async (t) => {
  const { stage, caller, held, consulted, target } = await twoCalls(t);
  const toTarget = offersTo(target, 'target');
  offersTo(caller, 'caller');
  t.equal(await refer(held, naming(consulted)), 202);
  bye(held);
  bye(consulted);
  await until(() => toTarget.length === 1);
  await until(() => stage.ours.engine.stats.dialogs === 2);
  const over = destroyed(target);
  bye(caller);
  await over;
  await until(() => stage.router.activeCalls === 0);
  assertClean(t, stage);
});

t.test('when one of the two does not take the session both calls go on, and the PBX is told', async (t) => {
  const { stage, caller, held, consulted, target, told } = await twoCalls(t);
  let isWilling = false;
  offersTo(caller, 'caller');
  offersTo(target, 'target', () => isWilling);
  t.equal(await refer(held, naming(consulted)), 202);
  await until(() => told.length === 2);
  t.match(told[1], /^SIP\/2\.0 488 .* terminated$/);
  t.equal(stage.router.activeCalls, 2);
  isWilling = true;
  const gone = Promise.all([destroyed(held), destroyed(consulted)]);
  t.equal(await refer(held, naming(consulted)), 202, 'and it may try again');
  await gone;
  await assertDrained(t, stage, [caller, target]);
});

t.test(
  'when who is held hangs up meanwhile, the PBX talks on with who it consulted, or that call ends too',
  async (t) => {
    for (const hasLeft of [false, true]) {
      const { stage, caller, held, consulted, target } = await twoCalls(t);
      // The session that is offered to the caller is never answered.
      const asked = new Promise<void>((resolve) => caller.on('modify', () => resolve()));
      t.equal(await refer(held, naming(consulted)), 202);
      await asked;
      const gone = hasLeft ? destroyed(target) : destroyed(held);
      if (hasLeft) bye(consulted);
      await until(() => !hasLeft || stage.ours.engine.stats.dialogs === 3);
      bye(caller);
      await gone;
      if (!hasLeft) {
        await until(() => stage.router.activeCalls === 1);
        bye(target);
        await destroyed(consulted);
      }
      await until(() => stage.router.activeCalls === 0);
      assertClean(t, stage);
    }
  },
);

t.test('a call of another trunk, one that is not there and the very call are not to be named', async (t) => {
  const { stage, caller, held, consulted } = await twoCalls(t);
  stage.bindPbx(beta, { contact: `sip:beta@${stage.pbx.host}:${stage.pbx.port}` });
  const foreignIn = answerCalls(stage.pbx, SDP('beta'));
  const placed = call(stage.carrier, stage.ours, '+31207654321');
  const [foreignCaller, { dialog: foreign }] = await Promise.all([placed.dialog, foreignIn]);
  await until(() => stage.records.length === 6);
  const { sip } = consulted;
  const swapped = { ...consulted, sip: { ...sip, remoteTag: 'guessed' } } as SrfDialog;
  for (const target of [naming(foreign), naming(swapped), naming(held), `<sip:1@${REALM}?Replaces=nonsense>`])
    t.equal(await refer(held, target), 603, target);
  t.equal(await refer(caller, naming(consulted)), 603, 'a carrier transfers nobody');
  t.equal(stage.router.activeCalls, 3);
  for (const dialog of [caller, foreignCaller, consulted]) bye(dialog);
  await until(() => stage.router.activeCalls === 0);
  assertClean(t, stage);
});

t.test('RFC 3891 section 4: Replaces in a URI', async (t) => {
  const read = (text: string) => readReplaces(`sip:a@b?${text}`);
  t.same(read('Replaces=x%40h%3Bto-tag%3D1%3Bfrom-tag%3D2'), { callId: 'x@h', toTag: '1', fromTag: '2' });
  t.same(read('Require=replaces&replaces=x%3BFrom-Tag%3D2%3Bto-tag%3D1'), { callId: 'x', toTag: '1', fromTag: '2' });
  for (const text of ['Replaces=x', 'Replaces=%3Bto-tag%3D1%3Bfrom-tag%3D2', 'Replaces=x%3Bto-tag%3D1', 'Replaces=%zz'])
    t.equal(read(text), null, text);
  t.equal(readReplaces('sip:a@b'), undefined);
  t.equal(read('Subject=Replaces'), undefined);
});
