import t from 'tap';
import type { RoutingPolicy } from '../bus/index.ts';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../tenancy/index.ts';
import { binding, invite, runInvite, testWorld } from './fixtures.ts';
import { createHomeCalls } from './home-calls.ts';

const gateways = [{ host: 'gw', port: 5060, transport: 'udp', priority: 1, weight: 1 }] as const;

interface Setting {
  readonly trunk?: RoutingPolicy;
  readonly account?: RoutingPolicy;
  readonly carrier?: RoutingPolicy;
  /** Who pays, as funds are called. */
  readonly payer?: string;
  readonly isOnline?: boolean;
}

const routing = (policy: RoutingPolicy | undefined) => (policy === undefined ? {} : { routing: policy });

/** Whether a thread that has calls alone leaves a call to that trunk, or from it, to home. */
function isForHome(
  direction: 'in' | 'out',
  { trunk: ofTrunk, account, carrier, payer, isOnline = true }: Setting = {},
) {
  const trunk = trunkRecord({ id: 1, accountId: 2, country: 'NL', ...routing(ofTrunk) });
  const destination = { kind: 'trunk', trunkId: 1 } as const;
  const made = testWorld({
    accounts: [accountRecord({ id: 1 }), accountRecord({ id: 2, parentId: 1, ...routing(account) })],
    trunks: [trunk],
    dids: [didRecord({ id: 1, accountId: 2, number: '+31201234567', destination })],
    carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'], gateways, ...routing(carrier) })],
  });
  made.verdict = { kind: 'accepted', trunk };
  if (isOnline) made.bindings = [binding(trunk)];
  const from = '<sip:+31201234567@x>';
  const fields = direction === 'in' ? {} : { source: '192.0.2.1', uri: 'sip:+4930111@sip.didfarm.com', from };
  const { context, rejection } = runInvite(made, invite(fields));
  const keeper = { pays: (funds: string) => funds === payer, hasPrices: payer !== undefined };
  return { isForHome: createHomeCalls(keeper)(context, rejection), rejection, bridged: made.bridged.length };
}

t.test('a call that needs nothing but the directory stays', async (t) => {
  for (const direction of ['in', 'out'] as const) {
    t.match(isForHome(direction), { isForHome: false, rejection: undefined, bridged: 1 }, direction);
    t.equal(isForHome(direction, { trunk: { refer: 'reject', redirect: 'reject' } }).isForHome, false);
  }
});

t.test('what somebody pays for is for home, whoever of those concerned it is', async (t) => {
  for (const payer of ['account:2', 'account:1', 'carrier:1']) {
    for (const direction of ['in', 'out'] as const) {
      t.equal(isForHome(direction, { payer }).isForHome, true, `${payer} ${direction}`);
    }
  }
  t.equal(isForHome('in', { payer: 'account:9' }).isForHome, false, 'others pay');
});

t.test('what starts calls of its own is for home', async (t) => {
  for (const policy of [{ refer: 'local' }, { redirect: 'follow' }] as const) {
    t.equal(isForHome('in', { trunk: policy }).isForHome, true, 'the called side');
    t.equal(isForHome('out', { account: policy }).isForHome, true, 'the calling side');
    t.equal(isForHome('in', { carrier: policy }).isForHome || isForHome('out', { carrier: policy }).isForHome, true);
  }
});

t.test('what is counted by the second is for home', async (t) => {
  t.equal(isForHome('out', { trunk: { callsPerSecond: 5 } }).isForHome, true);
  t.equal(isForHome('out', { account: { callsPerSecond: 5 } }).isForHome, true);
  t.equal(isForHome('in', { carrier: { callsPerSecond: 5 } }).isForHome, true);
  t.equal(isForHome('out', { carrier: { callsPerSecondOut: 5 } }).isForHome, true);
  t.equal(isForHome('in', { carrier: { callsPerSecondOut: 5 } }).isForHome, false, 'that counts calls to the carrier');
});

t.test('a PBX that is not known to be online may be so at home', async (t) => {
  const offline = isForHome('in', { isOnline: false });
  t.match(offline, { isForHome: true, rejection: { reason: 'trunk_offline' } });
});
