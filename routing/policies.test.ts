import t from 'tap';
import type { RoutingPolicy } from '../bus/index.ts';
import { accountRecord, carrierRecord, didRecord, trunkRecord } from '../tenancy/index.ts';
import { CallRates } from './call-rates.ts';
import { binding, invite, runInvite, testWorld } from './fixtures.ts';
import { applyDialPlan } from './numbers/dial-plan.ts';

const gateways = [{ host: 'gw', port: 5060, transport: 'udp', priority: 1, weight: 1 }] as const;

interface Policies {
  readonly trunk?: RoutingPolicy;
  readonly account?: RoutingPolicy;
  readonly root?: RoutingPolicy;
  readonly did?: RoutingPolicy;
  readonly carrier?: RoutingPolicy;
}

function world(policies: Policies = {}, maxOut: number | null = null) {
  const routing = (policy: RoutingPolicy | undefined) => (policy === undefined ? {} : { routing: policy });
  const trunk = trunkRecord({ id: 1, accountId: 2, country: 'NL', ...routing(policies.trunk) });
  const backup = trunkRecord({ id: 2, accountId: 2, username: 'backup' });
  const foreign = trunkRecord({ id: 3, accountId: 7, username: 'foreign' });
  const destination = { kind: 'trunk', trunkId: 1 } as const;
  const made = testWorld({
    accounts: [
      accountRecord({ id: 1, ...routing(policies.root) }),
      accountRecord({ id: 2, parentId: 1, maxOut, ...routing(policies.account) }),
      accountRecord({ id: 7 }),
    ],
    trunks: [trunk, backup, foreign],
    dids: [didRecord({ id: 1, accountId: 2, number: '+31201234567', destination, ...routing(policies.did) })],
    carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'], gateways, ...routing(policies.carrier) })],
  });
  made.verdict = { kind: 'accepted', trunk };
  const out = (dialled: string) =>
    runInvite(
      made,
      invite({ source: '192.0.2.1', uri: `sip:${dialled}@sip.didfarm.com`, from: '<sip:+31201234567@x>' }),
    );
  return { made, trunk, backup, foreign, out, inbound: (uri?: string) => runInvite(made, invite(uri ? { uri } : {})) };
}

const label = (run: ReturnType<typeof runInvite>) =>
  run.context.options.flatMap(({ legs }) => legs.map((leg) => leg.uri));

t.test('a dial plan strips, adds and replaces; the first rule that fits is applied', async (t) => {
  const plan = [
    { prefix: '9', strip: 1, add: '' },
    { match: '0(\\d{9})', replace: '+31$1' },
    { match: '(\\d{4})', replace: '+3120123$1' },
  ];
  t.equal(applyDialPlan(plan, '90201234567'), '0201234567');
  t.equal(applyDialPlan(plan, '0201234567'), '+31201234567');
  t.equal(applyDialPlan(plan, '4567'), '+31201234567');
  t.equal(applyDialPlan(plan, '+4930111'), '+4930111');
  t.equal(applyDialPlan(undefined, '1'), '1');
});

t.test('a pattern that could take for ever, or is none, fits nothing', async (t) => {
  for (const match of ['(\\d+)+x', '(a|aa)*', '\\d*\\d*\\d*x', '(\\d)\\1', '(?=1)1', '[', '\\d{1,}\\d{2,}\\d{3,}']) {
    t.equal(applyDialPlan([{ match, replace: 'x' }], '1'.repeat(30)), '1'.repeat(30), match);
  }
  t.equal(applyDialPlan([{ match: '1*', replace: 'x' }], '1'.repeat(65)), '1'.repeat(65), 'a text too long');
});

t.test('the plan of the trunk is for what it dials, that of the carrier for what it brings and gets', async (t) => {
  const { out, inbound, made, trunk } = world({
    trunk: { dialPlan: [{ prefix: '9', strip: 1, add: '' }] },
    carrier: {
      dialPlan: [{ prefix: '1234', strip: 0, add: '+3120' }],
      gatewayPlan: [{ prefix: '+33', strip: 1, add: '00' }],
    },
  });
  const placed = out('90033123456789');
  t.equal(placed.context.calledNumber, '+33123456789');
  t.same(label(placed), ['sip:0033123456789@gw:5060']);
  made.bindings = [binding(trunk)];
  t.equal(inbound('sip:1234567@sip.didfarm.com').context.calledNumber, '+31201234567');
});

t.test('F-112: lists of prefixes and countries, of the trunk and of every account above it', async (t) => {
  const blocked = { status: 403, reason: 'destination_blocked' };
  t.match(world({ root: { blocked: ['FR'] } }).out('+33123456789').rejection, blocked);
  t.match(world({ account: { blocked: ['+3312'] } }).out('+33123456789').rejection, blocked);
  t.match(world({ trunk: { allowed: ['NL'] } }).out('+33123456789').rejection, blocked);
  t.match(world({ account: { allowed: ['FR'], blocked: ['+33123'] } }).out('+33123456789').rejection, blocked);
  t.equal(world({ account: { allowed: ['FR'], blocked: ['+882'] } }).out('+33123456789').rejection, undefined);
  t.equal(world({ account: { allowed: ['FR'] } }).out('112').rejection, undefined, 'help is never blocked');
});

t.test(
  'calls a second: each limit holds by itself, all or none are counted, and a new second is a new start',
  async (t) => {
    let nowMs = 10_000;
    const rates = new CallRates(() => nowMs);
    const [trunk, account] = [
      { key: 'trunk 1', perSecond: 2 },
      { key: 'account 1', perSecond: 1 },
    ];
    t.equal(rates.take([trunk, account]), undefined);
    t.equal(rates.take([trunk, account])?.key, 'account 1');
    t.equal(rates.peek([trunk]), undefined);
    t.equal(rates.take([trunk]), undefined, 'what was refused counted nothing');
    t.equal(rates.take([trunk])?.key, 'trunk 1');
    nowMs += 1000;
    t.equal(rates.take([trunk, account]), undefined);
  },
);

t.test('F-116: a DID whose PBX is offline goes to its disaster destination', async (t) => {
  const named = { to: { kind: 'number', number: '+31612345678' }, callerId: '+31209' } as const;
  t.match(world({ did: { disaster: named } }).inbound().context.options, [{ callerId: '+31209' }]);
  t.match(world({ did: { disaster: { to: { kind: 'number', number: '+31612345678' } } } }).inbound().context.options, [
    { calledNumber: '+31612345678', callerId: '+31201234567', payerAccountId: 2 },
  ]);
  const byTrunk = world({ trunk: { disaster: { to: { kind: 'trunk', trunkId: 2 } } } });
  t.match(byTrunk.inbound().rejection, { reason: 'trunk_offline' });
  byTrunk.made.bindings = [binding(byTrunk.backup)];
  t.match(byTrunk.inbound().context.options, [{ trunk: { id: 2 } }]);
  const byUri = world({ did: { disaster: { to: { kind: 'uri', uri: 'sip:x@y' } } } });
  t.same(label(byUri.inbound()), ['sip:x@y']);
});

t.test('a disaster destination never crosses accounts, and a call out of it needs room for one', async (t) => {
  const crossing = world({ did: { disaster: { to: { kind: 'trunk', trunkId: 3 } } } });
  crossing.made.bindings = [binding(crossing.foreign)];
  t.match(crossing.inbound().rejection, { reason: 'trunk_offline' });
  const full = world({ did: { disaster: { to: { kind: 'number', number: '+31612345678' } } } }, 0);
  t.match(full.inbound().rejection, { status: 503, reason: 'cac_account_out' });
});

t.test(
  'with a PBX that is there the disaster destination comes after it, at once or after so many seconds',
  async (t) => {
    const to = { kind: 'uri', uri: 'sip:x@y' } as const;
    for (const [disaster, ringMs] of [
      [{ to }, undefined],
      [{ to, afterSec: 20 }, 20_000],
    ] as const) {
      const { made, trunk, inbound } = world({ did: { disaster } });
      made.bindings = [binding(trunk)];
      const { options } = inbound().context;
      t.equal(options.length, 2);
      t.equal(options[0]?.ringMs, ringMs);
      t.equal(options[1]?.legs[0]?.uri, 'sip:x@y');
    }
  },
);

t.test('hours: a carrier is used within them, a trunk or account calls out within them', async (t) => {
  // Friday, 20:00 in Amsterdam, 19:00 UTC.
  const evening = Date.UTC(2026, 10, 20, 19, 0);
  const hours = (days: string[], from: string, to: string) => ({
    hours: { timezone: 'Europe/Amsterdam', open: [{ days, from, to }] },
  });
  const at = (policies: Policies, nowMs = evening) => {
    const { made, out } = world(policies);
    made.nowMs = nowMs;
    return out('+4930111').rejection?.reason;
  };
  t.equal(at({ carrier: hours(['fri'], '19:30', '20:30') }), undefined);
  t.equal(at({ carrier: hours(['fri'], '08:00', '20:00') }), 'no_carrier', 'the end is not within');
  t.equal(at({ carrier: hours(['thu'], '19:30', '20:30') }), 'no_carrier', 'another day');
  t.equal(at({ trunk: hours(['fri'], '08:00', '18:00') }), 'destination_blocked');
  t.equal(at({ root: hours(['fri'], '08:00', '18:00') }), 'destination_blocked', 'of an account above');
  const night = hours(['fri'], '22:00', '06:00');
  t.equal(at({ trunk: night }, evening + 9 * 3_600_000), undefined, 'Saturday, 05:00');
  t.equal(at({ trunk: night }, evening + 10 * 3_600_000), 'destination_blocked', 'Saturday, 06:00');
  t.equal(at({ trunk: { hours: { timezone: 'UTC', open: [] } } }), 'destination_blocked', 'never');
});

t.test('a carrier is given no more calls a second than it takes', async (t) => {
  const { made, trunk, out } = world({ carrier: { callsPerSecondOut: 2 } });
  const rates = new CallRates(() => 0);
  made.rates = rates;
  made.verdict = { kind: 'accepted', trunk };
  t.same(
    [1, 2, 3].map(() => out('+4930111').rejection?.reason),
    [undefined, undefined, 'rate_limited'],
  );
  t.match(out('+4930111').rejection, { status: 503, sentence: '2 calls to carrier 1 a second.' });
  t.equal(out('112').rejection, undefined, 'help is not counted');
});

t.test('a trusted trunk shows whatever number it sends, any other only its own', async (t) => {
  for (const [policies, reason] of [
    [{ trunk: { callerId: 'trusted' } }, undefined],
    [{ account: { callerId: 'trusted' } }, undefined],
    [{ account: { callerId: 'trusted' }, trunk: { callerId: 'owned' } }, 'caller_id_forbidden'],
    [{}, 'caller_id_forbidden'],
  ] as const) {
    const { made } = world(policies);
    const request = invite({ source: '192.0.2.1', uri: 'sip:+4930111@sip.didfarm.com', from: '<sip:+33612345678@x>' });
    const { rejection, context } = runInvite(made, request);
    t.equal(rejection?.reason, reason);
    if (reason === undefined)
      t.match(context.presentation, { user: '+33612345678', asserted: '+33612345678', replaced: false });
  }
});

t.test('a caller plan rewrites the number a trunk sends before it is asked whose it is', async (t) => {
  const { made } = world({ trunk: { callerPlan: [{ match: '(\\d{3})', replace: '+31201234$1' }] } });
  const request = invite({ source: '192.0.2.1', uri: 'sip:+4930111@sip.didfarm.com', from: '<sip:567@x>' });
  t.match(runInvite(made, request).context.presentation, { user: '+31201234567', replaced: false });
});

t.test('of carriers that cost the same, the one that delivers comes first', async (t) => {
  const { made, trunk } = world();
  const { directory } = testWorld({
    accounts: [accountRecord({ id: 2 })],
    trunks: [trunk],
    dids: [didRecord({ id: 1, accountId: 2, number: '+31201234567' })],
    carriers: [1, 2].map((id) => carrierRecord({ id, name: `c${id}`, gateways })),
  });
  const order = () =>
    runInvite(
      { ...made, directory },
      invite({ source: '192.0.2.1', uri: 'sip:+4930111@sip.didfarm.com', from: '<sip:+31201234567@x>' }),
    ).context.options.map(({ carrier }) => carrier?.id);
  t.same(order(), [1, 2]);
  made.quality.attempted(1, false);
  made.quality.attempted(1, false);
  t.same(order(), [2, 1]);
  for (let call = 0; call < 30; call++) made.quality.attempted(1, true);
  t.same(order(), [1, 2], 'and comes back when it delivers again');
  made.quality.ended(1, 100);
  t.match(made.quality.scores(), [{ carrierId: 1, durationSec: 10 }]);
});
