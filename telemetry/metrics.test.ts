import { execFileSync } from 'node:child_process';
import t from 'tap';
import { MainMetrics, type SipMetricSources, SipMetrics, type TrunkSeries } from './index.ts';

const series = (n: number): TrunkSeries => ({
  account: 2,
  trunk: `trk_${n}`,
  name: `Trunk "${n}"`,
  realm: 'sip.example',
  username: `u${n}`,
  registered: n % 2 === 0,
  expiresSec: n,
});

function sources(trunks: number): SipMetricSources {
  return {
    registrationsByState: () => ({ registered: 3, offline: 1 }),
    trunkRegistrations: function* (limit) {
      for (let n = 0; n < Math.min(limit, trunks); n++) yield series(n);
    },
    trunkCount: () => trunks,
    activeCalls: () => ({ in: 1, out: 2, internal: 0 }),
    leases: () => ({ in: 1, out: 2, dialer: 0 }),
    dialogs: () => 6,
    transactions: () => ({ ist: 4 }),
    connections: () => 0,
    bans: () => 2,
    carrierRegistrations: () => [{ carrier: 'up', registered: true }],
    directoryVersion: () => 9,
    directoryAgeSec: () => 1.5,
    directoryRecords: () => ({ trunks: 4 }),
  };
}

const scrape = async (metrics: SipMetrics) => new MainMetrics().render([await metrics.collect()]);

t.test('counts and gauges appear under the names that dashboards use', async (t) => {
  const metrics = new SipMetrics(sources(2), 10);
  metrics.countRegister('ok', 'registered');
  metrics.countRegister('ok', 'registered');
  metrics.countRegister('client_error', 'wrong_password');
  metrics.countCall('in', 'ok', 'answered');
  metrics.countEngine('messages_in', 'udp');
  const page = await scrape(metrics);
  for (const line of [
    'didfarm_register_total{result="ok",reason="registered"} 2',
    'didfarm_register_total{result="client_error",reason="wrong_password"} 1',
    'didfarm_calls_total{direction="in",result="ok",reason="answered"} 1',
    'didfarm_engine_events_total{event="messages_in",label="udp"} 1',
    'didfarm_registrations{state="registered"} 3',
    'didfarm_calls_active{direction="out"} 2',
    'didfarm_dialogs 6',
    'didfarm_transactions{machine="ist"} 4',
    'didfarm_bans 2',
    'didfarm_directory_version 9',
    'didfarm_directory_age_seconds 1.5',
    'didfarm_directory_records{kind="trunks"} 4',
    'didfarm_trunk_registered{account="2",trunk="trk_0"} 1',
    'didfarm_trunk_registered{account="2",trunk="trk_1"} 0',
    'didfarm_trunk_registration_expires_seconds{account="2",trunk="trk_1"} 1',
    'didfarm_trunk_info{account="2",trunk="trk_0",name="Trunk \\"0\\"",realm="sip.example",username="u0"} 1',
    'didfarm_trunk_series_truncated 0',
    'didfarm_bus_events_lost_total 0',
  ])
    t.ok(page.includes(`${line}\n`), line);
});

t.test('a second scrape counts on and does not count twice', async (t) => {
  const metrics = new SipMetrics(sources(0), 10);
  metrics.countRegister('ok', 'registered');
  await scrape(metrics);
  metrics.countRegister('ok', 'registered');
  t.ok((await scrape(metrics)).includes('didfarm_register_total{result="ok",reason="registered"} 2\n'));
});

t.test('beyond metrics.max_trunks series are cut, and that is said', async (t) => {
  const page = await scrape(new SipMetrics(sources(5), 3));
  t.equal(page.match(/^didfarm_trunk_registered\{/gm)?.length, 3);
  t.ok(page.includes('didfarm_trunk_series_truncated 1\n'));
});

t.test('promtool has nothing to say against the page', async (t) => {
  const page = await scrape(new SipMetrics(sources(2), 10));
  t.equal(execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' }), '');
});
