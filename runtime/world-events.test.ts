import t from 'tap';
import { type BindingRecord, type CallRecord, packCalls, type SipEvent } from '../bus/index.ts';
import { shiftEvents } from './world-events.ts';

const NOW = 1_800_000_000_000;
const AHEAD = 86_400_000;

const BINDING: BindingRecord = {
  ...{ trunkId: 1, accountId: 2, aor: 'sip:a@b', contact: 'sip:a@c', contactParams: '', instance: null, regId: null },
  ...{ q: 1, callId: 'c', cseq: 3, path: [], transport: 'udp', sourceAddress: '127.0.0.1', sourcePort: 5060 },
  ...{ localAddress: '127.0.0.1', localPort: 5062, flowId: '', userAgent: '' },
  ...{ registeredAtMs: NOW, refreshedAtMs: NOW, expiresAtMs: NOW },
};

const CALL: CallRecord = {
  ...{ uuid: 'call_1', direction: 'in', accountId: 2, trunkId: 1, didId: 3, carrierId: 4, from: '+1', to: '+2' },
  ...{ startedAtMs: NOW, answeredAtMs: NOW, endedAtMs: null, aliveAtMs: NOW, result: null, reason: null, status: 200 },
  ...{ sentence: '', aLeg: { callId: 'c', remote: '', contact: '' }, bLeg: null, hungUpBy: null, trace: [] },
  attempts: [{ target: 'a', status: 503, atMs: NOW }],
};

const WHO = { trunkId: 1, accountId: 2 } as const;

/** One of each kind; every time in them is NOW. */
const EVENTS: { readonly [K in SipEvent['kind']]: Extract<SipEvent, { readonly kind: K }> } = {
  binding: { kind: 'binding', change: { op: 'put', binding: BINDING } },
  refreshes: { kind: 'refreshes', refreshes: { trunkIds: [1], contacts: ['x'], regIds: [null], expiresAtMs: [NOW] } },
  trunk_state: { kind: 'trunk_state', state: { ...WHO, state: 'offline', atMs: NOW, cause: null, binding: BINDING } },
  trunk_transition: { kind: 'trunk_transition', transition: { ...WHO, state: 'offline', atMs: NOW, cause: null } },
  credentials_moved: { kind: 'credentials_moved', ...WHO, atMs: NOW },
  call: { kind: 'call', record: CALL },
  calls: { kind: 'calls', calls: packCalls([CALL, { ...CALL, uuid: 'call_2' }]) },
  register_failure: {
    kind: 'register_failure',
    failure: {
      ...{ ...WHO, atMs: NOW, realm: 'b', username: 'a', sourceAddress: '127.0.0.1', sourcePort: 5060 },
      ...{ transport: 'udp', userAgent: '', callId: 'c', result: 'client_error', reason: 'wrong_password' },
      ...{ sentence: '', remedy: '', trace: [] },
    },
  },
  ban: { kind: 'ban', ban: { op: 'add', address: '192.0.2.1', untilMs: NOW, reason: '' } },
  calls_alive: { kind: 'calls_alive', atMs: NOW },
  spend_alarm: {
    kind: 'spend_alarm',
    alarm: { ...WHO, cap: 'day', state: 'near', spentMicros: 1, capMicros: 2, atMs: NOW },
  },
  funds_ending: { kind: 'funds_ending', ending: { ...WHO, callUuid: 'call_1', endsAtMs: NOW, atMs: NOW } },
  sip_message: { kind: 'sip_message', message: { ...WHO, didId: 3, to: '+2', body: 'Hi', key: 'k', atMs: NOW } },
  carrier_state: { kind: 'carrier_state', change: { carrierId: 4, state: 'up', reason: null, atMs: NOW } },
};

t.test('every time that SIP tells is by the clock of the test world, and nothing else is changed', async (t) => {
  for (const event of Object.values(EVENTS)) {
    const told = shiftEvents([event], AHEAD);
    const single =
      event.kind === 'calls' ? [EVENTS.call, { ...EVENTS.call, record: { ...CALL, uuid: 'call_2' } }] : [event];
    const wanted = JSON.stringify(single).replaceAll(String(NOW), String(NOW + AHEAD));
    t.same(told, JSON.parse(wanted), event.kind);
  }
});

t.test('what never expires, has no time yet, or says none keeps it so', async (t) => {
  const forever: SipEvent = { kind: 'binding', change: { op: 'put', binding: { ...BINDING, expiresAtMs: 0 } } };
  t.match(shiftEvents([forever], AHEAD), [{ change: { binding: { expiresAtMs: 0, refreshedAtMs: NOW + AHEAD } } }]);
  const { aliveAtMs: _, ...unseen } = CALL;
  const [told] = shiftEvents([{ kind: 'call', record: unseen }], AHEAD);
  t.match(told, { record: { endedAtMs: null } });
  t.notHas(told, { record: { aliveAtMs: NOW } });
  t.notOk(Object.hasOwn((told as typeof EVENTS.call).record, 'aliveAtMs'));
  const gone: SipEvent = {
    kind: 'binding',
    change: { op: 'remove', trunkId: 1, contact: 'x', regId: null, cause: 'expired' },
  };
  t.same(shiftEvents([gone], AHEAD), [gone]);
});
