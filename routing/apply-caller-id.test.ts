import t from 'tap';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, testWorld } from './fixtures.ts';

const trunk = trunkRecord({ id: 1, accountId: 2 });
const accounts = [accountRecord({ id: 1, defaultCidNumber: '+31200000000' }), accountRecord({ id: 2, parentId: 1 })];
const dids = [
  didRecord({ id: 1, accountId: 2, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } }),
  didRecord({ id: 2, accountId: 3, number: '+31207777777' }),
];
const carriers = [
  carrierRecord({
    id: 1,
    sources: ['127.0.0.2'],
    gateways: [{ host: 'gw', port: 5060, transport: 'udp', priority: 1, weight: 1 }],
  }),
];

function out(from: string, headers: Record<string, string> = {}, tree = accounts) {
  const world = testWorld({ accounts: tree, trunks: [trunk], dids, carriers });
  world.verdict = { kind: 'accepted', trunk };
  const uri = 'sip:+33123456789@sip.didfarm.com';
  return runInvite(world, invite({ source: '192.0.2.1', uri, from, headers }));
}

function inbound(from: string, headers: Record<string, string> = {}) {
  const world = testWorld({ accounts, trunks: [trunk], dids, carriers });
  world.bindings = [binding(trunk)];
  return runInvite(world, invite({ from, headers })).context.presentation;
}

t.test('a number that the account owns is shown, from P-Asserted-Identity before From', async (t) => {
  t.match(out('"Al" <sip:+31201234567@x>').context.presentation, {
    user: '+31201234567',
    display: 'Al',
    asserted: '+31201234567',
    replaced: false,
  });
  const identity = { 'p-asserted-identity': '<sip:+31201234567@x>' };
  t.match(out('<sip:1001@x>', identity).context.presentation, { user: '+31201234567', replaced: false });
});

t.test('any other number is replaced by the default of the nearest account that has one', async (t) => {
  for (const from of ['<sip:+31207777777@x>', '<sip:1001@x>', '<sip:x>']) {
    t.match(out(from).context.presentation, { user: '+31200000000', replaced: true }, from);
  }
});

t.test('without a default the call is refused', async (t) => {
  const bare = [accountRecord({ id: 2 })];
  const { rejection } = out('<sip:+31207777777@x>', {}, bare);
  t.match(rejection, { status: 403, reason: 'caller_id_forbidden', sentence: /31207777777/ });
});

t.test('privacy hides the number in From but the carrier is told whose call it is', async (t) => {
  const shown = out('<sip:+31201234567@x>', { privacy: 'id' }).context.presentation;
  t.match(shown, { isPrivate: true, asserted: '+31201234567', display: '' });
});

t.test('what a carrier says is passed on, except an identity that wants privacy', async (t) => {
  t.match(inbound('"Bo" <sip:004930111222@c>'), { user: '+4930111222', display: 'Bo', isPrivate: false });
  const identity = { 'p-asserted-identity': '<sip:+4930111222@c>' };
  t.match(inbound('<sip:anonymous@anonymous.invalid>', identity), { isPrivate: true, asserted: undefined });
  t.match(inbound('<sip:+49301@c>', identity), { user: '+4930111222', asserted: '+4930111222' });
});
