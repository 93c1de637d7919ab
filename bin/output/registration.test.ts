import t from 'tap';
import { renderAvailability, renderRegistration, type ShownRegistration, stateText } from './registration.ts';

const OFFLINE: ShownRegistration = {
  state: 'offline',
  since: '2026-11-21T16:55:00.000Z',
  reason: 'expired',
  sentence: 'You sent To 100@a, expected acme@a.',
  remedy: 'Make them the same.',
  contacts: [],
  user_agent: null,
  transport: null,
  rtt_ms: null,
  expires_at: null,
  last_failure: {
    at: '2026-11-21T16:58:00.000Z',
    source: '192.0.2.1:5060',
    reason: 'aor_mismatch',
    sentence: 'You sent To 100@a.',
    remedy: '',
  },
};

t.test('why a PBX is not registered is read in one look', async (t) => {
  t.equal(
    renderRegistration('Acme', OFFLINE),
    `Acme: offline since 2026-11-21T16:55:00.000Z
why:        You sent To 100@a, expected acme@a.
what to do: Make them the same.
last failed REGISTER: 2026-11-21T16:58:00.000Z from 192.0.2.1:5060: You sent To 100@a.
`,
  );
  const contact = {
    contact: 'sip:a@b',
    source: '192.0.2.1:5060',
    transport: 'tls',
    user_agent: 'FPBX',
    registered_at: '2026-11-21T16:00:00.000Z',
    refreshed_at: '2026-11-21T16:58:00.000Z',
    expires_at: '2026-11-21T17:00:00.000Z',
    rtt_ms: 12.5,
  };
  const registered = { ...OFFLINE, state: 'registered' as const, sentence: null, remedy: null, last_failure: null };
  const lines = renderRegistration('Acme', { ...registered, contacts: [contact] }).split('\n');
  t.match(lines, [/^Acme: registered since/, '', /^CONTACT +FROM +OVER +RTT MS +EXPIRES +USER AGENT$/, /tls +12\.5/]);
});

t.test('a list says in a word why a PBX is missing', async (t) => {
  t.equal(stateText(OFFLINE), 'offline: aor_mismatch', 'of what came later');
  t.equal(stateText({ ...OFFLINE, since: '2026-11-21T16:59:00.000Z' }), 'offline: expired');
  t.equal(stateText({ ...OFFLINE, state: 'never', since: null, reason: null }), 'never: aor_mismatch');
  t.equal(stateText({ ...OFFLINE, state: 'never', reason: null, last_failure: null }), 'never');
  t.equal(stateText({ ...OFFLINE, state: 'registered', reason: null }), 'registered', 'what failed before is over');
});

t.test('availability is a line a period that was seen, with how long and why', async (t) => {
  const day = (date: string) => ({ period: date, from: `${date}T00:00:00Z`, until: `${date}T24:00:00Z` });
  const none = { availability_percent: null, registered_seconds: 0, offline_seconds: 0, outages: 0 };
  const seen = { availability_percent: 99.9, registered_seconds: 86_300, offline_seconds: 62, outages: 2 };
  const causes = { offline_seconds_by_cause: { probe_failed: 62 } };
  const trunk = { trunk_id: 1, trunk_uuid: 'trk_1', by: 'day' } as const;
  const text = renderAvailability({
    ...trunk,
    timezone: 'Europe/Amsterdam',
    total: { ...seen, ...causes, registered_seconds: 266_400, offline_seconds: 0 },
    periods: [
      { ...day('2026-11-19'), ...none, offline_seconds_by_cause: {} },
      { ...day('2026-11-20'), ...seen, ...causes },
    ],
  });
  const lines = text.split('\n');
  t.match(lines, [
    /^PERIOD +% AVAILABLE +REGISTERED +OFFLINE +OUTAGES +WHY$/,
    /^2026-11-20 +99\.900 +23 h 58 min +1 min 2 s +2 +probe_failed 1 min 2 s$/,
    /^all +99\.900 +3 d 2 h +0 s +2/,
    /Europe\/Amsterdam$/,
  ]);
});
