import t from 'tap';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, testWorld } from './fixtures.ts';

const carrier = carrierRecord({ id: 1, name: 'loopback', sources: ['127.0.0.2'] });
const digest = trunkRecord({ id: 1 });
const ip = trunkRecord({ id: 2, authType: 'ip', sources: ['198.51.100.0/24'], ipTarget: '198.51.100.7' });
const both = trunkRecord({ id: 3, authType: 'digest+ip', sources: ['198.51.100.7'] });
const fields = { accounts: [accountRecord({ id: 1 })], trunks: [digest, ip, both], carriers: [carrier] };
const toUs = 'sip:+31201234567@sip.didfarm.com';
const foreign = { uri: 'sip:+31201234567@192.0.2.9', from: '<sip:x@elsewhere.example>' };

t.test('a carrier is known by its address and never challenged', async (t) => {
  const { context, rejection } = runInvite(testWorld(fields), invite({ source: '127.0.0.2', uri: toUs }));
  t.match(context.source, { kind: 'carrier', carrier: { id: 1 } });
  t.match(rejection, { status: 404, reason: 'unknown_did' });
});

t.test('an IP trunk is known by its address and never challenged', async (t) => {
  const { context } = runInvite(testWorld(fields), invite({ source: '198.51.100.7', uri: toUs }));
  t.match(context.source, { kind: 'trunk', trunk: { id: 2 } });
});

t.test('from an IP trunk address, a PBX that sends credentials is judged by them', async (t) => {
  const world = testWorld(fields);
  world.verdict = { kind: 'accepted', trunk: digest };
  const request = invite({ source: '198.51.100.7', headers: { 'proxy-authorization': 'Digest x' } });
  t.match(runInvite(world, request).context.source, { trunk: { id: 1 } });
});

t.test('from the very port of a live registration the address names nobody: it is challenged', async (t) => {
  const world = testWorld(fields);
  world.bindings = [binding(digest, { sourceAddress: '198.51.100.7', sourcePort: 5062 })];
  const request = invite({ source: '198.51.100.7', port: 5062, ...foreign });
  t.match(runInvite(world, request).rejection, { status: 407, reason: 'challenged' });
  const otherPort = invite({ source: '198.51.100.7', port: 5063, ...foreign });
  t.match(runInvite(world, otherPort).context.source, { trunk: { id: 2 } });
});

t.test(
  'a stranger is challenged when Request-URI or From names a realm of ours, whether the user exists or not',
  async (t) => {
    const world = testWorld(fields);
    const elsewhere = { source: '192.0.2.66' };
    t.match(runInvite(world, invite({ ...elsewhere, ...foreign, uri: toUs })).rejection, { status: 407 });
    for (const user of ['user_1', 'nobody']) {
      const from = `<sip:${user}@SIP.didfarm.com>`;
      t.match(runInvite(world, invite({ ...elsewhere, ...foreign, from })).rejection, { status: 407 }, user);
    }
  },
);

t.test('a stranger is challenged when its address holds a live binding on any port', async (t) => {
  const world = testWorld(fields);
  world.bindings = [binding(digest, { sourceAddress: '192.0.2.66', sourcePort: 1 })];
  t.match(runInvite(world, invite({ source: '192.0.2.66', port: 2, ...foreign })).rejection, { status: 407 });
});

t.test('any other stranger is refused with source_unknown', async (t) => {
  const { rejection } = runInvite(testWorld(fields), invite({ source: '192.0.2.66', ...foreign }));
  t.match(rejection, { status: 403, reason: 'source_unknown' });
  t.match(rejection?.sentence, '192.0.2.66');
});

t.test('a disabled carrier is nobody', async (t) => {
  const world = testWorld({ ...fields, carriers: [{ ...carrier, enabled: false }] });
  t.match(runInvite(world, invite({ ...foreign })).rejection, { reason: 'source_unknown' });
});

t.test('two IP trunks at one address are told apart by the number they own, or not at all', async (t) => {
  const other = trunkRecord({ id: 4, accountId: 2, authType: 'ip', sources: ['198.51.100.0/24'] });
  const world = testWorld({
    ...fields,
    accounts: [accountRecord({ id: 1 }), accountRecord({ id: 2 })],
    trunks: [ip, other],
    dids: [didRecord({ id: 1, accountId: 2, number: '+31209999999' })],
  });
  const from = '<sip:+31209999999@pbx.example>';
  t.match(runInvite(world, invite({ source: '198.51.100.7', from })).context.source, { trunk: { id: 4 } });
  const unclear = runInvite(world, invite({ source: '198.51.100.7', ...foreign }));
  t.match(unclear.rejection, { status: 403, reason: 'source_unknown' });
});

t.test('a suspended IP trunk, or one of a suspended account, is refused', async (t) => {
  const suspended = testWorld({ ...fields, trunks: [{ ...ip, status: 'suspended' }] });
  t.match(runInvite(suspended, invite({ source: '198.51.100.7' })).rejection, {
    status: 403,
    reason: 'trunk_suspended',
  });
  const closed = testWorld({ ...fields, accounts: [accountRecord({ id: 1, status: 'suspended' })] });
  t.match(runInvite(closed, invite({ source: '198.51.100.7' })).rejection, {
    status: 403,
    reason: 'account_suspended',
  });
});

t.test('an address that only a digest+ip trunk lists is challenged', async (t) => {
  const world = testWorld({ ...fields, trunks: [both] });
  t.match(runInvite(world, invite({ source: '198.51.100.7', ...foreign })).rejection, { status: 407 });
});

t.test('F-128: a client certificate names a carrier or an IP trunk, before every address', async (t) => {
  const world = testWorld({
    ...fields,
    trunks: [digest, ip, trunkRecord({ id: 4, authType: 'ip', routing: { tlsSubjects: ['SBC.teams.example'] } })],
    carriers: [carrier, carrierRecord({ id: 2, name: 'mutual', routing: { tlsSubjects: ['sip.carrier.example'] } })],
  });
  const from = (names: readonly string[], source = '203.0.113.200') => {
    world.peerNames = names;
    return runInvite(world, invite({ source, ...foreign })).context.source;
  };
  t.match(from(['a.example', 'sip.carrier.example']), { kind: 'carrier', carrier: { id: 2 } });
  t.match(from(['sbc.teams.example']), { kind: 'trunk', trunk: { id: 4 } });
  t.match(from(['sbc.teams.example'], '198.51.100.7'), { trunk: { id: 4 } }, 'not the trunk of the address');
  t.equal(from(['sbc.other.example']), undefined, 'any other certificate names nobody');
  t.match(from([], '127.0.0.2'), { kind: 'carrier', carrier: { id: 1 } });
});

t.test('P26: calls from the node we are registered at are that carrier’s', async (t) => {
  const up = carrierRecord({ id: 2, name: 'up' });
  const did = didRecord({ id: 1, number: '+31201234567', destination: { kind: 'reject' } });
  const world = testWorld({
    ...fields,
    dids: [did],
    carriers: [carrier, up, carrierRecord({ id: 3, enabled: false })],
  });
  world.nodes = {
    nodeOf: () => undefined,
    carrierFrom: (address, user) => {
      if (address === '192.0.2.55') return { carrierId: 3, isOurContact: false };
      if (user === up.uuid) return { carrierId: 2, isOurContact: true };
      return address === '192.0.2.10' ? { carrierId: 2, isOurContact: false } : undefined;
    },
  };
  const dialled = runInvite(world, invite({ source: '192.0.2.10', uri: toUs }));
  t.match(dialled.context, { source: { carrier: { id: 2 } }, did: { id: 1 } });
  const ourContact = {
    source: '127.0.0.2',
    uri: `sip:${up.uuid}@192.0.2.1`,
    headers: { to: '<sip:0031201234567@up>' },
  };
  const named = runInvite(world, invite(ourContact));
  t.match(named.context, { source: { carrier: { id: 2 } }, did: { id: 1 } }, 'the number stands in To');
  const both = { ...ourContact.headers, 'p-called-party-id': '<sip:+31201234567@up>', to: '<sip:us@up>' };
  t.match(runInvite(world, invite({ ...ourContact, headers: both })).context.did, { id: 1 });
  t.equal(runInvite(world, invite({ source: '192.0.2.55', ...foreign })).context.source, undefined, 'disabled');
});
