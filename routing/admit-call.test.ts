import t from 'tap';
import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, type TestWorld, testWorld } from './fixtures.ts';

const did = (accountId: number, number: string, trunkId: number) =>
  didRecord({ id: trunkId, accountId, number, destination: { kind: 'trunk', trunkId } });
const gateways = [{ host: 'gw', port: 5060, transport: 'udp' as const, priority: 1, weight: 1 }];
const carrier = carrierRecord({ id: 1, sources: ['127.0.0.2'], gateways });
const acme = trunkRecord({ id: 1, accountId: 2 });
const base: DeltaFields = {
  accounts: [accountRecord({ id: 1 }), accountRecord({ id: 2, parentId: 1 })],
  trunks: [acme],
  dids: [did(2, '+31201234567', 1)],
  carriers: [carrier],
};

function world(fields: DeltaFields, trunk = acme, hierarchical = true): TestWorld {
  const made = testWorld({ ...base, ...fields }, { cacHierarchical: hierarchical });
  made.bindings = [binding(trunk)];
  return made;
}

const call = (made: TestWorld) => runInvite(made, invite()).rejection;
const callOut = (made: TestWorld, trunk = acme) => {
  made.verdict = { kind: 'accepted', trunk };
  const from = '<sip:+31201234567@x>';
  return runInvite(made, invite({ source: '192.0.2.1', uri: 'sip:+33123456789@sip.didfarm.com', from })).rejection;
};

t.test('the trunk is asked first, then the account, then those above it', async (t) => {
  const limits = { trunks: [{ ...acme, maxIn: 3 }] };
  const accounts = (own: number | null, parent: number | null) => [
    accountRecord({ id: 1, maxIn: parent }),
    accountRecord({ id: 2, parentId: 1, maxIn: own }),
  ];
  const trunkFull = world({ trunks: [{ ...acme, maxIn: 0 }], accounts: accounts(0, 0) });
  t.match(call(trunkFull), { status: 486, reason: 'cac_trunk_in', lines: [/^Reason: Q.850;cause=17/] });
  t.match(call(world({ ...limits, accounts: accounts(0, 0) })), { status: 486, reason: 'cac_account_in' });
  t.match(call(world({ ...limits, accounts: accounts(5, 0) })), { status: 486, reason: 'cac_ancestor_in' });
  t.equal(call(world({ ...limits, accounts: accounts(-1, null) })), undefined);
});

t.test('an account without a ceiling inherits the nearest one, and counts under it by itself', async (t) => {
  const accounts = [accountRecord({ id: 1, maxIn: 1 }), accountRecord({ id: 2, parentId: 1 })];
  const made = world({ accounts });
  t.equal(call(made), undefined);
  t.match(call(made), { status: 486, reason: 'cac_account_in', sentence: /1 of 1 in/ });
});

t.test('ancestors are left out when ceilings are not hierarchical', async (t) => {
  const accounts = [accountRecord({ id: 1, maxIn: 0 }), accountRecord({ id: 2, parentId: 1, maxIn: 5 })];
  t.equal(call(world({ accounts }, acme, false)), undefined);
});

t.test('a refused call holds nothing', async (t) => {
  const accounts = [accountRecord({ id: 1, maxIn: 0 }), accountRecord({ id: 2, parentId: 1, maxIn: 5 })];
  const made = world({ accounts });
  call(made);
  t.equal(made.admission.used('trunk', 1, 'in'), 0);
  t.same(made.admission.leases(), []);
});

t.test('outbound is 503 with Q.850 cause 34 and no Retry-After', async (t) => {
  const rejection = callOut(world({ trunks: [{ ...acme, maxOut: 0 }] }, acme), { ...acme, maxOut: 0 });
  t.match(rejection, { status: 503, reason: 'cac_trunk_out', lines: [/^Reason: Q.850;cause=34/] });
  t.equal(
    rejection?.lines?.some((line) => line.startsWith('Retry-After')),
    false,
  );
});

t.test('a dialer trunk is counted only in the dialer class', async (t) => {
  const dialer = trunkRecord({ id: 1, accountId: 2, kind: 'dialer', maxOut: 0, maxDialer: 1 });
  const made = world({ trunks: [dialer] }, dialer);
  t.equal(callOut(made, dialer), undefined);
  t.equal(made.admission.used('account', 2, 'dialer'), 1);
  t.equal(made.admission.used('account', 2, 'out'), 0);
  t.match(callOut(made, dialer), { status: 503, reason: 'cac_trunk_dialer' });
});

t.test('a call between two tenants holds a place on both sides', async (t) => {
  const beta = trunkRecord({ id: 2, accountId: 3, maxIn: 1 });
  const accounts = [accountRecord({ id: 2 }), accountRecord({ id: 3 })];
  const dids = [did(2, '+31201234567', 1), did(3, '+442079460958', 2)];
  const made = world({ accounts, trunks: [acme, beta], dids }, beta);
  made.verdict = { kind: 'accepted', trunk: acme };
  const request = invite({
    source: '192.0.2.1',
    uri: 'sip:+442079460958@sip.didfarm.com',
    from: '<sip:+31201234567@x>',
  });
  t.equal(runInvite(made, request).rejection, undefined);
  t.equal(made.admission.used('trunk', 1, 'out'), 1);
  t.equal(made.admission.used('trunk', 2, 'in'), 1);
  t.match(runInvite(made, request).rejection, { status: 486, reason: 'cac_trunk_in' });
});

t.test('in a group the member with room is taken; if none has room the first one names the reason', async (t) => {
  const members = [1, 2].map((trunkId) => ({ trunkId, priority: trunkId, weight: 1 }));
  const groups = [{ id: 1, uuid: 'tgr_1', accountId: 2, name: 'g', strategy: 'priority' as const, members }];
  const dids = [
    didRecord({ id: 1, accountId: 2, number: '+31201234567', destination: { kind: 'trunk_group', groupId: 1 } }),
  ];
  const trunks = [1, 2].map((id) => trunkRecord({ id, accountId: 2, maxIn: id - 1 }));
  const made = world({ trunks, groups, dids });
  made.bindings = trunks.map((trunk) => binding(trunk));
  t.equal(call(made), undefined);
  t.match(made.bridged[0], { admitted: 1 });
  t.match(call(made), { status: 486, reason: 'cac_trunk_in', sentence: /trunk 1 has 0 of 0/ });
});

t.test('a full carrier is passed over, and 503 cac_carrier_out when it was the last', async (t) => {
  const full = carrierRecord({ id: 2, gateways, maxOut: 0, prefixes: [{ prefix: '33', costMicros: 1 }] });
  const made = world({ carriers: [carrier, full] });
  t.equal(callOut(made), undefined);
  t.match(made.bridged[0], { admitted: 1, options: [{ carrier: { id: 2 } }, { carrier: { id: 1 } }] });
  t.match(callOut(world({ carriers: [full] })), { status: 503, reason: 'cac_carrier_out' });
});

t.test('a DID that leads to a URI counts for its account', async (t) => {
  const dids = [
    didRecord({ id: 1, accountId: 2, number: '+31201234567', destination: { kind: 'uri', uri: 'sip:x@y' } }),
  ];
  const accounts = [accountRecord({ id: 2, maxIn: 1 })];
  const made = world({ dids, accounts });
  t.equal(call(made), undefined);
  t.match(call(made), { status: 486, reason: 'cac_account_in' });
});
