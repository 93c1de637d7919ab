import { once } from 'node:events';
import t, { type Test } from 'tap';
import type { RoutingPolicy } from '../bus/index.ts';
import { createFakeClock } from '../sip-engine/index.ts';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfDialog, SrfMessage, SrfRequest } from './srf-adapter.ts';
import { engineOn, oursWith } from './test-engine.ts';
import { bye, call, crossed, refused, SDP, type Stage, startStage, turns, until } from './test-stage.ts';

const DID = '+31201234567';

interface Policies {
  readonly trunk?: RoutingPolicy;
  readonly account?: RoutingPolicy;
  readonly root?: RoutingPolicy;
}

const routing = (policy: RoutingPolicy | undefined) => (policy === undefined ? {} : { routing: policy });
const acme = (policies: Policies = {}) =>
  trunkRecord({ id: 1, accountId: 2, username: 'acme', ...routing(policies.trunk) });

const fields =
  (policies: Policies = {}) =>
  (): DeltaFields => ({
    accounts: [
      accountRecord({ id: 1, ...routing(policies.root) }),
      accountRecord({ id: 2, parentId: 1, ...routing(policies.account) }),
    ],
    trunks: [acme(policies)],
    dids: [didRecord({ id: 1, accountId: 2, number: DID, destination: { kind: 'trunk', trunkId: 1 } })],
    carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })],
  });

async function settled(t: Test, stage: Stage): Promise<void> {
  await until(() => stage.router.activeCalls === 0);
  t.same(stage.router.leases(), []);
  t.same(stage.faults, []);
}

/** The PBX answers the next call with that session description. */
function answered(
  stage: Stage,
  localSdp: string,
  headers: Record<string, string> = {},
): Promise<{ readonly req: SrfRequest; readonly dialog: SrfDialog }> {
  stage.bindPbx(acme());
  return new Promise((resolve, reject) => {
    stage.pbx.onInvite((req, res) => {
      stage.pbx.srf.createUAS(req, res, { localSdp, headers }).then((dialog) => resolve({ req, dialog }), reject);
    });
  });
}

t.test(
  'private media: the nearest policy counts, of trunk, account, those above, and then of the server',
  async (t) => {
    for (const [policies, server, isRefused] of [
      [{ trunk: { privateMedia: 'refuse' } }, 'warn', true],
      [{ account: { privateMedia: 'refuse' } }, 'warn', true],
      [{ root: { privateMedia: 'refuse' } }, 'warn', true],
      [{ trunk: { privateMedia: 'warn' }, account: { privateMedia: 'refuse' } }, 'warn', false],
      [{ trunk: { privateMedia: 'refuse' }, account: { privateMedia: 'warn' } }, 'warn', true],
      [{ account: { privateMedia: 'warn' } }, 'refuse', false],
      [{}, 'refuse', true],
    ] as const) {
      const stage = await startStage(t, engineOn, fields(policies), {}, { privateMedia: server });
      answered(stage, SDP('callee', '192.168.7.2')).catch(t.fail);
      const placed = call(stage.carrier, stage.ours, DID, { localSdp: SDP('caller', '10.0.0.1') });
      const words = `${JSON.stringify(policies)} ${server}`;
      if (isRefused) t.match(await refused(placed), { status: 488 }, words);
      else bye(await placed.dialog);
      t.match(await stage.ended(), { reason: isRefused ? 'media_unreachable' : 'answered' }, words);
      await settled(t, stage);
    }
  },
);

const T38 = (port: number) =>
  `v=0\r\no=fax 2 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=image ${port} udptl t38\r\n` +
  'a=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\na=T38FaxRateManagement:transferredTCF\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n';

t.test('a re-INVITE for T.38 crosses, and both session descriptions arrive byte for byte', async (t) => {
  const stage = await startStage(t, engineOn, fields());
  const callee = answered(stage, SDP('callee'));
  const [a, { dialog: b }] = await Promise.all([call(stage.carrier, stage.ours, DID).dialog, callee]);
  let offered = '';
  b.on('modify', (req, res) => {
    offered = req.body;
    res.send(200, undefined, { headers: { 'Content-Type': 'application/sdp' }, body: T38(4002) });
  });
  const agreed = await new Promise<SrfMessage>((resolve, reject) => {
    a.request({ method: 'INVITE', body: T38(4000), headers: {} }, (error, res) => {
      if (res === undefined) reject(error);
      else if (res.status >= 200) resolve(res);
    });
  });
  t.equal(offered, T38(4000));
  t.equal(agreed.body, T38(4002));
  bye(a);
  await settled(t, stage);
});

t.test('a caller that demands 100rel gets it from us, though the PBX knows nothing of it', async (t) => {
  const stage = await startStage(t, engineOn, fields());
  stage.bindPbx(acme());
  const invited = new Promise<SrfRequest>((resolve) => {
    stage.pbx.onInvite((req, res) => {
      res.send(180, undefined, {});
      stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).catch(t.fail);
      resolve(req);
    });
  });
  const placed = call(stage.carrier, stage.ours, DID, { headers: { Require: '100rel', Supported: '100rel' } });
  const req = await invited;
  t.equal(req.get('require'), undefined, 'it is not demanded of the PBX');
  const a = await placed.dialog;
  const [ringing] = placed.provisional.filter(({ status }) => status === 180);
  t.match([ringing?.get('require'), ringing?.get('rseq')], ['100rel', /^\d+$/]);
  bye(a);
  await settled(t, stage);
});

t.test('a PBX that sends reliable ringing gets its PRACK from us, and the caller plain ringing', async (t) => {
  const stage = await startStage(t, engineOn, fields());
  stage.bindPbx(acme());
  const pracked = Promise.withResolvers<SrfMessage>();
  stage.pbx.onInvite((req, res) => {
    t.match(req.get('supported'), /100rel/);
    const answer = () => stage.pbx.srf.createUAS(req, res, { localSdp: SDP('callee'), headers: {} }).catch(t.fail);
    const send = res.send as unknown as (status: number, options: object, sent: undefined, prack: unknown) => void;
    send.call(res, 183, { headers: { Require: '100rel' }, body: SDP('early') }, undefined, (prack: SrfMessage) => {
      pracked.resolve(prack);
      void answer();
    });
  });
  const placed = call(stage.carrier, stage.ours, DID, { headers: { Supported: '100rel' } });
  t.match((await pracked.promise).get('rack'), /^\d+ \d+ INVITE$/);
  const a = await placed.dialog;
  const [early] = placed.provisional.filter(({ status }) => status === 183);
  t.equal(early?.body, SDP('early'));
  t.match([early?.get('require'), early?.get('rseq')], [undefined, undefined]);
  bye(a);
  await settled(t, stage);
});

t.test('a caller without 100rel: nothing of it is said to the PBX', async (t) => {
  const stage = await startStage(t, engineOn, fields());
  const callee = answered(stage, SDP('callee'));
  const placed = call(stage.carrier, stage.ours, DID, { headers: { Supported: 'replaces' } });
  const [a, { req }] = await Promise.all([placed.dialog, callee]);
  t.notMatch(req.get('supported') ?? '', /100rel/);
  bye(a);
  await settled(t, stage);
});

t.test('where the ends leave it to us, both legs are refreshed at half time, and the call goes on', async (t) => {
  const clock = createFakeClock();
  const engines = oursWith({ clock });
  const stage = await startStage(t, engines, fields());
  const callee = answered(stage, SDP('callee'), { 'Session-Expires': '1800;refresher=uac', Require: 'timer' });
  const [a, { req, dialog: b }] = await Promise.all([call(stage.carrier, stage.ours, DID).dialog, callee]);
  t.equal(req.get('session-expires'), '1800');
  t.equal(a.res.get('session-expires'), '1800;refresher=uas');
  await until(() => stage.records.length === 2);
  await crossed(a, b);
  for (const round of [1, 2]) {
    let refreshed = 0;
    for (const dialog of [a, b])
      once(dialog as unknown as NodeJS.EventEmitter, 'refresh').then(() => refreshed++, t.fail);
    clock.advance(880_000);
    t.equal(refreshed, 0, `round ${round}: not before half time`);
    // Second by second, as the engine spreads refreshes; both have to be answered before more time goes by.
    for (let sec = 0; refreshed < 2 && sec < 40; sec++) {
      clock.advance(1000);
      await turns();
    }
    t.equal(refreshed, 2, `round ${round}: both sides are asked`);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      await crossed(from, to);
    t.equal(stage.router.activeCalls, 1);
  }
  bye(a);
  t.match(await stage.ended(), { result: 'ok', reason: 'answered', hungUpBy: 'caller' });
  await settled(t, stage);
});
