import type { AccountRecord, CarrierRecord, DidRecord, TrunkRecord } from '../../../bus/index.ts';
import { digestTrunk } from '../../../registrar/fixtures.ts';
import { CALLS } from '../../../routing/fixtures.ts';
import { accountRecord, carrierRecord, didRecord } from '../../../tenancy/index.ts';
import type { FakeCall } from './fake-engine.ts';
import { settle } from './fake-engine.ts';
import type { MatrixCase } from './matrix-case.ts';
import { CARRIER, DID, type DialFields, type MatrixWorld, matrixWorld, type RouterOptions } from './matrix-world.ts';

interface Changed {
  readonly root?: Partial<AccountRecord>;
  readonly account?: Partial<AccountRecord>;
  readonly trunk?: Partial<TrunkRecord>;
  readonly did?: Partial<DidRecord>;
  readonly carrier?: Partial<CarrierRecord>;
  readonly more?: RouterOptions;
}

/** A carrier, an account under another one, its trunk and its DID; with what the case changes. */
function calls(changed: Changed = {}): MatrixWorld {
  const gateways = [{ host: CARRIER, port: 5060, transport: 'udp', priority: 1, weight: 1 } as const];
  return matrixWorld(
    {
      trunks: [digestTrunk({ id: 7, ...changed.trunk })],
      delta: {
        accounts: [
          accountRecord({ id: 9, ...changed.root }),
          accountRecord({ id: 1, parentId: 9, ...changed.account }),
        ],
        dids: [didRecord({ id: 1, number: DID, destination: { kind: 'trunk', trunkId: 7 }, ...changed.did })],
        carriers: [carrierRecord({ id: 1, sources: [CARRIER], gateways, ...changed.carrier })],
      },
    },
    changed.more,
  );
}

type Fate = (call: FakeCall, world: MatrixWorld) => void | Promise<void>;

const INBOUND = { from: '+4930111222', to: DID } as const;
const OUTBOUND = { from: DID, to: '+33123456789', trunk: 'acme' } as const;

/** A call from the carrier to a registered PBX, which does what the case says. */
function inbound(reason: MatrixCase['reason'], fate: Fate, changed: Changed = {}): MatrixCase {
  return {
    reason,
    kind: 'INVITE',
    create: () => calls(changed),
    prepare: (world) => world.register(),
    run: async (world) => {
      await fate(await world.invite({ sdp: 'v=0\r\nc=IN IP4 10.0.0.1\r\n' }), world);
      await settle();
    },
    explain: INBOUND,
    explained: 'answered',
  };
}

/** The same out to a carrier. */
function outbound(reason: MatrixCase['reason'], fate: Fate): MatrixCase {
  const run = async (world: MatrixWorld) => {
    await fate(await world.dial(OUTBOUND.to), world);
    await settle();
  };
  return { reason, kind: 'INVITE', create: () => calls(), run, explain: OUTBOUND, explained: 'answered' };
}

/** A call from the carrier that is refused before anybody rings; the simulator must say the same. */
function refusedIn(reason: MatrixCase['reason'], changed: Changed = {}, isRegistered = true): MatrixCase {
  return {
    reason,
    kind: 'INVITE',
    create: () => calls(changed),
    prepare: (world) => (isRegistered ? world.register() : undefined),
    run: (world) => world.invite(),
    explain: INBOUND,
  };
}

/** A call of the trunk that is refused; the simulator must say the same. */
function refusedOut(
  reason: MatrixCase['reason'],
  changed: Changed,
  to: string = OUTBOUND.to,
  caller = DID,
): MatrixCase {
  const run = (world: MatrixWorld) => world.dial(to, { caller });
  return { reason, kind: 'INVITE', create: () => calls(changed), run, explain: { from: caller, to, trunk: 'acme' } };
}

/** What the digest of an INVITE can meet; no simulator knows passwords. */
function digest(reason: MatrixCase['reason'], fields: DialFields): MatrixCase {
  return { reason, kind: 'INVITE', create: () => calls(), run: (world) => world.dial(OUTBOUND.to, fields) };
}

const answer = (sdp?: string) => (call: FakeCall) => call.legs[0]?.answer(sdp);
const fail = (status: number | 'silent') => (call: FakeCall) => call.legs[0]?.fail(status);
const up =
  (then: Fate): Fate =>
  async (call, world) => {
    call.legs[0]?.answer();
    await settle();
    await then(call, world);
  };
const PRIVATE = 'v=0\r\nc=IN IP4 10.0.0.2\r\n';
const unready = (readiness: 'loading' | 'draining' | 'overload'): MatrixCase =>
  refusedIn(readiness, { more: { readiness: () => readiness } });

const FAR_END: readonly MatrixCase[] = [
  inbound(
    'answered',
    up((call) => call.callee?.end()),
  ),
  inbound('cancelled', (call) => call.cancel()),
  inbound('busy', fail(486)),
  inbound('declined', fail(603)),
  inbound('no_answer', (_call, world) => world.clock.advance(CALLS.ringTimeoutSec * 1000)),
  inbound('not_found', fail(404)),
  inbound('pbx_failed', fail(500)),
  inbound('pbx_unreachable', fail('silent')),
  inbound('media_unreachable', answer(PRIVATE), { more: { privateMedia: 'refuse' } }),
  inbound(
    'session_expired',
    up((call) => call.callee?.end('Session timer expired')),
  ),
  inbound(
    'max_duration',
    up((_call, world) => world.clock.advance(CALLS.maxDurationSec * 1000)),
  ),
  inbound(
    'server_restart',
    up((_call, world) => world.router.endAll('server_restart')),
  ),
  inbound('internal_error', () => undefined, {
    more: {
      srf: {
        createUAC() {
          throw new Error('a fault');
        },
        createUAS: () => Promise.reject(new Error('unused')),
      },
    },
  }),
  outbound('carrier_failed', fail(503)),
  outbound('carrier_refused', fail(403)),
];

const REFUSED: readonly MatrixCase[] = [
  refusedIn('trunk_offline', {}, false),
  refusedIn('trunk_suspended', { trunk: { status: 'suspended' } }, false),
  refusedIn('did_suspended', { did: { status: 'suspended' } }),
  refusedIn('did_rejects', { did: { destination: { kind: 'reject' } } }),
  refusedIn('target_forbidden', {
    did: { destination: { kind: 'uri', uri: 'sip:pbx@10.0.0.9' } },
    more: { config: { ...CALLS, targetAllow: [] } },
  }),
  refusedIn('cac_trunk_in', { trunk: { maxIn: 0 } }),
  refusedIn('cac_account_in', { account: { maxIn: 0 } }),
  refusedIn('cac_ancestor_in', { root: { maxIn: 0 }, account: { maxIn: -1 } }),
  refusedIn('cac_carrier_in', { carrier: { maxIn: 0 } }),
  refusedIn('unknown_did', { did: { number: '+31209999999' } }),
  unready('loading'),
  unready('draining'),
  unready('overload'),
  refusedOut('cac_trunk_out', { trunk: { maxOut: 0 } }),
  refusedOut('cac_account_out', { account: { maxOut: 0 } }),
  refusedOut('cac_ancestor_out', { root: { maxOut: 0 }, account: { maxOut: -1 } }),
  refusedOut('cac_trunk_dialer', { trunk: { kind: 'dialer', maxDialer: 0 } }),
  refusedOut('cac_account_dialer', { trunk: { kind: 'dialer' }, account: { maxDialer: 0 } }),
  refusedOut('cac_ancestor_dialer', {
    trunk: { kind: 'dialer' },
    root: { maxDialer: 0 },
    account: { maxDialer: -1 },
  }),
  refusedOut('cac_carrier_out', { carrier: { maxOut: 0 } }),
  refusedOut('no_carrier', { carrier: { enabled: false } }),
  refusedOut('bad_number', {}, '12'),
  refusedOut('caller_id_forbidden', {}, OUTBOUND.to, '+49891112222'),
  refusedOut('trunk_suspended', { trunk: { status: 'suspended' } }),
  refusedOut('account_suspended', { account: { status: 'suspended' } }),
  refusedOut('destination_blocked', { root: { routing: { blocked: ['FR'] } } }),
  refusedOut('destination_blocked', { trunk: { routing: { allowed: ['NL', '+44'] } } }),
  refusedOut('destination_blocked', { account: { routing: { hours: { timezone: 'UTC', open: [] } } } }),
  refusedOut('no_carrier', { carrier: { routing: { hours: { timezone: 'UTC', open: [] } } } }),
  refusedOut(
    'caller_id_forbidden',
    { account: { routing: { callerId: 'trusted' } }, trunk: { routing: { callerId: 'owned' } } },
    OUTBOUND.to,
    '+49891112222',
  ),
  refusedOut('rate_limited', { carrier: { routing: { callsPerSecondOut: 0 } } }),
  refusedOut('rate_limited', { account: { routing: { callsPerSecond: 0 } } }),
  refusedIn('rate_limited', { carrier: { routing: { callsPerSecond: 0 } } }),
  refusedOut('spend_cap', {
    more: { funds: { check: () => ({ status: 503, reason: 'spend_cap' }) } },
  }),
  refusedOut('insufficient_balance', {
    more: { funds: { check: () => ({ status: 503, reason: 'insufficient_balance' }) } },
  }),
  {
    reason: 'source_unknown',
    kind: 'INVITE',
    create: () => calls(),
    run: (world) => world.invite({ uri: `sip:${DID}@elsewhere.example`, source: '203.0.113.77' }),
  },
  {
    reason: 'challenged',
    kind: 'INVITE',
    create: () => calls(),
    run: (world) => world.invite({ source: '203.0.113.77' }),
    explain: { ...INBOUND, source: '203.0.113.77' },
  },
  {
    reason: 'loop_detected',
    kind: 'INVITE',
    create: () => calls(),
    // The PBX sends what it gets straight back to the DID it came for.
    prepare: async (world) => {
      world.register();
      await world.dial(DID);
      await world.dial(DID);
    },
    run: (world) => world.dial(DID),
    explain: { from: DID, to: DID, trunk: 'acme' },
  },
];

const WIRE: readonly MatrixCase[] = [
  {
    reason: 'too_many_hops',
    kind: 'INVITE',
    create: () => calls(),
    run: (world) => world.invite({ headers: { 'Max-Forwards': '0' } }),
  },
  {
    reason: 'bad_request',
    kind: 'INVITE',
    create: () => calls(),
    run: (world) => world.invite({ uri: 'mailto:a@b' }),
  },
  {
    reason: 'bad_extension',
    kind: 'INVITE',
    create: () => calls(),
    run: (world) => world.invite({ headers: { Require: 'gruu' } }),
  },
  digest('wrong_password', { password: 'guess' }),
  digest('unknown_user', { username: 'nobody' }),
];

export const CALL_CASES: readonly MatrixCase[] = [...FAR_END, ...REFUSED, ...WIRE];
