import t, { type Test } from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfDialog, SrfMessage, SrfRequest, SrfResponse } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import { assertClean, bye, call, destroyed, SDP, type Stage, startStage, type Ua, until } from './test-stage.ts';
import { assertDrained, lastRecords, progressTold, refer } from './test-transfers.ts';

const TARGET = '<sip:0301234567@sip.didfarm.com>';

const fields =
  (maxOut: number | null) =>
  (carrier: Ua): DeltaFields => ({
    accounts: [accountRecord({ id: 1, country: 'NL', maxOut })],
    trunks: [trunkRecord({ id: 1, username: 'acme', routing: { refer: 'local' } })],
    dids: [didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } })],
    carriers: [
      carrierRecord({
        id: 1,
        name: 'up',
        sources: ['127.0.0.2'],
        gateways: [{ host: carrier.host, port: carrier.port, transport: 'udp', priority: 1, weight: 1 }],
      }),
    ],
  });

/** A call from the carrier to the PBX that is up, and what the PBX hears of its transfers. */
async function talk(t: Test, maxOut: number | null = null) {
  const stage = await startStage(t, engineOn, fields(maxOut));
  const [trunk] = fields(maxOut)(stage.carrier).trunks ?? [];
  if (trunk !== undefined) stage.bindPbx(trunk);
  const answered = new Promise<SrfDialog>((resolve, reject) => {
    stage.pbx.onInvite((req, res) => {
      stage.pbx.srf.createUAS(req, res, { localSdp: SDP('pbx'), headers: {} }).then(resolve, reject);
    });
  });
  const placed = call(stage.carrier, stage.ours, '+31201234567');
  const [caller, pbx] = await Promise.all([placed.dialog, answered]);
  await until(() => stage.records.length === 2);
  const told = progressTold(pbx);
  const offers: string[] = [];
  caller.on('modify', (req, res) => {
    offers.push(req.body);
    const headers = { 'Content-Type': 'application/sdp' };
    res.send(200, undefined, { headers, body: caller.remote.sdp === '' ? '' : SDP('caller') });
  });
  return { stage, caller, pbx, told, offers };
}

/** The next INVITE that the carrier gets. */
function called(stage: Stage): Promise<{ readonly req: SrfRequest; readonly res: SrfResponse }> {
  return new Promise((resolve) => stage.carrier.onInvite((req, res) => resolve({ req, res })));
}

async function answer(stage: Stage, { req, res }: Awaited<ReturnType<typeof called>>): Promise<SrfDialog> {
  return stage.carrier.srf.createUAS(req, res, { localSdp: SDP('target'), headers: {} });
}

t.test(
  'REFER is carried out: the trunk calls the target, who stays is joined with it, who asked is let go',
  async (t) => {
    const { stage, caller, pbx, told, offers } = await talk(t);
    const target = called(stage);
    t.equal(await refer(pbx, TARGET), 202);
    const invite = await target;
    t.match(invite.req.uri, /^sip:\+31301234567@/, 'dialled as the trunk dials');
    t.match(invite.req.get('from'), /<sip:\+31201234567@/, 'under the number that was called');
    t.equal(invite.req.body, SDP('caller'));
    invite.res.send(180, undefined, {});
    await until(() => told.length === 2);
    t.equal(stage.router.leases().length, 2, 'the new call has places of its own');
    const gone = destroyed(pbx);
    const talking = await answer(stage, invite);
    await gone;
    t.same(told, ['SIP/2.0 100 Trying active', 'SIP/2.0 180 Ringing active', 'SIP/2.0 200 OK terminated']);
    t.same(offers, [SDP('target')]);
    t.equal(stage.router.activeCalls, 2);
    const [first, second] = lastRecords(stage);
    t.match(first, { direction: 'in', trunkId: 1, aLeg: { dialog: Object }, endedAtMs: null });
    t.equal(first?.bLeg?.dialog, undefined, 'a crash would not hang up on who has left');
    t.match(second, {
      direction: 'out',
      trunkId: 1,
      accountId: 1,
      carrierId: 1,
      from: '+31201234567',
      to: '+31301234567',
    });
    t.match(second?.bLeg?.dialog, { target: /127\.0\.0\.2/ });
    talking.on('info', (req: SrfRequest, res: SrfResponse) =>
      res.send(req.body === 'Signal=5' ? 200 : 400, undefined, {}),
    );
    const dtmf = { method: 'INFO', body: 'Signal=5', headers: { 'Content-Type': 'application/dtmf-relay' } };
    const passed = await new Promise<number | undefined>((resolve) => {
      caller.request(dtmf, (_error, res) => resolve(res?.status));
    });
    t.equal(passed, 200, 'what is sent now crosses to the target');
    const over = destroyed(caller);
    bye(talking);
    await over;
    await until(() => stage.router.activeCalls === 0);
    t.match(
      lastRecords(stage).map(({ reason, hungUpBy }) => ({ reason, hungUpBy })),
      [
        { reason: 'answered', hungUpBy: 'callee' },
        { reason: 'answered', hungUpBy: 'callee' },
      ],
    );
    assertClean(t, stage);
  },
);

t.test('when the target refuses, who asked is told and the two talk on', async (t) => {
  const { stage, caller, pbx, told } = await talk(t);
  const target = called(stage);
  t.equal(await refer(pbx, TARGET), 202);
  (await target).res.send(486, undefined, {});
  await until(() => told.length === 2);
  t.same(told[1], 'SIP/2.0 486 Busy Here terminated');
  t.equal(stage.router.activeCalls, 1);
  t.match(lastRecords(stage)[1], { reason: 'busy', direction: 'out' });
  const again = called(stage);
  t.equal(await refer(pbx, TARGET), 202, 'and may try once more');
  const gone = destroyed(pbx);
  const talking = await answer(stage, await again);
  await gone;
  bye(caller);
  await destroyed(talking);
  await until(() => stage.router.activeCalls === 0);
  assertClean(t, stage);
});

t.test('who asked may hang up at once: the transfer goes on, and fails for good when nobody answers', async (t) => {
  for (const isAnswered of [true, false]) {
    const { stage, caller, pbx, offers } = await talk(t);
    const target = called(stage);
    t.equal(await refer(pbx, TARGET), 202);
    const invite = await target;
    bye(pbx);
    if (isAnswered) {
      const talking = await answer(stage, invite);
      await until(() => offers.length === 1);
      bye(talking);
    } else invite.res.send(480, undefined, {});
    await destroyed(caller);
    await until(() => stage.router.activeCalls === 0);
    t.equal(lastRecords(stage).length, 2);
    assertClean(t, stage);
  }
});

t.test('when who is transferred hangs up meanwhile, the target is called back', async (t) => {
  const { stage, caller, pbx } = await talk(t);
  const target = called(stage);
  t.equal(await refer(pbx, TARGET), 202);
  const invite = await target;
  const cancelled = new Promise<SrfMessage>((resolve) => invite.req.on('cancel', resolve));
  invite.res.send(180, undefined, {});
  const gone = destroyed(pbx);
  bye(caller);
  await Promise.all([cancelled, gone]);
  await until(() => stage.router.activeCalls === 0);
  t.match(lastRecords(stage)[1], { reason: 'cancelled' });
  assertClean(t, stage);
});

t.test('the transfer needs room under the ceilings of who asks, and a target that can be called', async (t) => {
  const { stage, caller, pbx } = await talk(t, 0);
  t.equal(await refer(pbx, TARGET), 503);
  t.match(lastRecords(stage)[1], { reason: 'cac_account_out', accountId: 1 });
  t.equal(await refer(pbx, '<sip:nonsense@sip.didfarm.com>'), 484);
  t.equal(await refer(pbx, '<tel:>'), 400);
  t.equal(await refer(pbx, '<sip:0301234567@sip.didfarm.com?Replaces=1%3Bto-tag%3D2%3Bfrom-tag%3D3>'), 603);
  t.equal(await refer(caller, TARGET), 603, 'a carrier transfers nobody');
  t.equal(stage.router.activeCalls, 1);
  bye(caller);
  await destroyed(pbx);
  await until(() => stage.router.activeCalls === 0);
  assertClean(t, stage);
});

t.test('a drain ends a transferred call on both sides', async (t) => {
  const { stage, caller, pbx } = await talk(t);
  const target = called(stage);
  await refer(pbx, TARGET);
  const gone = destroyed(pbx);
  const talking = await answer(stage, await target);
  await gone;
  await assertDrained(t, stage, [caller, talking]);
});
