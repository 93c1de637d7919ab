import { generateKeyPairSync } from 'node:crypto';
import t, { type Test } from 'tap';
import type { RoutingPolicy } from '../bus/index.ts';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import type { SrfRequest } from './srf-adapter.ts';
import { engineOn } from './test-engine.ts';
import { call, ha1Of, refused, SDP, type Stage, startStage, type Ua, until } from './test-stage.ts';

const realm = 'sip.didfarm.com';
const keyPem = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const signIdentity = { keyPem, certificateUrl: 'https://certs.example/shaken.pem' };

interface Policies {
  readonly trunk?: RoutingPolicy;
  readonly account?: RoutingPolicy;
  readonly did?: RoutingPolicy;
  readonly carrier?: RoutingPolicy;
}

const routing = (policy: RoutingPolicy | undefined) => (policy === undefined ? {} : { routing: policy });
const acme = (policies: Policies) =>
  trunkRecord({ id: 1, username: 'acme', ha1: ha1Of('acme', realm, 'secret'), ...routing(policies.trunk) });

const fields =
  (policies: Policies) =>
  (carrier: Ua): DeltaFields => ({
    accounts: [accountRecord({ id: 1, country: 'NL', maxOut: 3, ...routing(policies.account) })],
    trunks: [acme(policies)],
    dids: [
      didRecord({
        id: 1,
        number: '+31201234567',
        destination: { kind: 'trunk', trunkId: 1 },
        ...routing(policies.did),
      }),
    ],
    carriers: [
      carrierRecord({
        id: 1,
        sources: ['127.0.0.2'],
        gateways: [{ host: carrier.host, port: carrier.port, transport: 'udp', priority: 1, weight: 1 }],
        ...routing(policies.carrier),
      }),
    ],
  });

async function start(t: Test, policies: Policies = {}): Promise<Stage> {
  const stage = await startStage(t, engineOn, fields(policies), {}, { signIdentity });
  stage.bindPbx(acme(policies));
  return stage;
}

/** The INVITE that the carrier gets when the PBX calls out; it refuses it. */
async function dialled(stage: Stage, user: string, headers: Record<string, string> = {}): Promise<SrfRequest> {
  const got = new Promise<SrfRequest>((resolve) => {
    stage.carrier.onInvite((req, res) => {
      res.send(486, undefined, {});
      resolve(req);
    });
  });
  const From = `<sip:+31201234567@${realm}>`;
  const auth = { username: 'acme', password: 'secret' };
  await refused(call(stage.pbx, stage.ours, user, { auth, headers: { From, ...headers } }));
  return got;
}

function attestOf(req: SrfRequest): string | undefined {
  const payload = (req.get('identity') ?? '').split('.')[1];
  return payload && JSON.parse(Buffer.from(payload, 'base64url').toString()).attest;
}

t.test('calls to carriers are signed: A for an own number, B for one we only trust, or as it is set', async (t) => {
  t.equal(attestOf(await dialled(await start(t), '0301234567')), 'A');
  const trusted = await start(t, { trunk: { callerId: 'trusted' } });
  t.equal(attestOf(await dialled(trusted, '0301234567', { From: `<sip:+33612345678@${realm}>` })), 'B');
  const set = await start(t, { account: { attestation: 'C' } });
  t.equal(attestOf(await dialled(set, '0301234567')), 'C');
});

t.test('an Identity that came with the call is passed on and not signed over', async (t) => {
  const stage = await start(t);
  const Identity = 'a.b.c;info=<https://x.example/c.pem>;alg=ES256;ppt="shaken"';
  t.equal((await dialled(stage, '0301234567', { Identity })).get('identity'), Identity);
});

t.test('headers that one side has asked for cross, others end here', async (t) => {
  const stage = await start(t, { trunk: { passHeaders: ['X-Ticket'] }, carrier: { passHeaders: ['X-Class'] } });
  const sent = { 'X-Ticket': '17', 'X-Class': 'gold', 'X-Secret': 'inside' };
  const req = await dialled(stage, '0301234567', sent);
  t.match([req.get('x-ticket'), req.get('x-class'), req.get('x-secret')], ['17', 'gold', undefined]);
});

t.test('F-114: a call for help carries where the caller is: of its number, else of its trunk', async (t) => {
  const location = 'https://loc.example/did';
  const req = await dialled(
    await start(t, { did: { location }, trunk: { location: 'https://loc.example/trunk' } }),
    '112',
  );
  t.match(
    [req.get('geolocation'), req.get('geolocation-routing'), req.get('priority')],
    [`<${location}>`, 'yes', 'emergency'],
  );
  const other = await dialled(await start(t, { account: { location: 'https://loc.example/account' } }), '112');
  t.equal(other.get('geolocation'), '<https://loc.example/account>');
  const plain = await dialled(await start(t, { did: { location } }), '0301234567');
  t.equal(plain.get('geolocation'), undefined, 'and no other call says it');
});

/** A call from the carrier to the DID, whose PBX sends it on. */
async function redirected(stage: Stage, contact: string) {
  stage.pbx.onInvite((_req, res) => res.send(302, undefined, { headers: { Contact: contact } }));
  const got: SrfRequest[] = [];
  stage.carrier.onInvite((req, res) => {
    got.push(req);
    void stage.carrier.srf.createUAS(req, res, { localSdp: SDP('target'), headers: {} });
  });
  return { got, placed: call(stage.carrier, stage.ours, '+31201234567') };
}

t.test('302 with the policy follow: the PBX’s trunk calls on, at its cost and under its number', async (t) => {
  const stage = await start(t, { trunk: { redirect: 'follow' } });
  const { got, placed } = await redirected(stage, '<sip:0301234567@pbx.example>');
  const dialog = await placed.dialog;
  t.equal(got.length, 1);
  t.match(got[0]?.uri, /^sip:\+31301234567@/);
  t.match(got[0]?.get('from'), /<sip:\+31201234567@/);
  const claims = stage.admission.leases().flatMap((lease) => lease.claims);
  t.match(
    claims.filter(({ class: direction }) => direction === 'out').map(({ level, id }) => `${level} ${id}`),
    ['account 1', 'carrier 1'],
  );
  dialog.destroy({ headers: {} }, () => undefined);
  t.match(await stage.ended(), {
    reason: 'answered',
    attempts: [{ status: 302 }, { status: 200 }],
    direction: 'in',
    to: '+31201234567',
    onward: { accountId: 1, trunkId: 1, carrierId: 1, to: '+31301234567' },
  });
  await until(() => stage.router.activeCalls === 0);
  t.same(stage.admission.leases(), []);
});

t.test('302 goes nowhere without the policy, to where the trunk may not call, or in a circle', async (t) => {
  for (const [policies, contact, status] of [
    [{}, '<sip:0301234567@pbx.example>', 502],
    [{ trunk: { redirect: 'follow', blocked: ['NL'] } }, '<sip:0301234567@pbx.example>', 502],
    [{ trunk: { redirect: 'follow' } }, '<sip:pbx.example>', 502],
    [{ trunk: { redirect: 'follow' } }, '<sip:+31201234567@pbx.example>', 502],
  ] as const) {
    const stage = await start(t, policies);
    const { got, placed } = await redirected(stage, contact);
    t.match(await refused(placed), { status }, contact);
    t.equal(got.length, 0);
    await until(() => stage.router.activeCalls === 0);
    t.same(stage.admission.leases(), []);
    t.same(stage.faults, []);
  }
});
