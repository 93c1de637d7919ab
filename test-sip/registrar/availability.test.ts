import t from 'tap';
import { startProduct } from '../support/product.ts';
import { until } from '../support/wait.ts';
import { startWorld } from './world.ts';

const EXPIRES_SEC = 10;

interface Shown {
  readonly total: { readonly registered_seconds: number; readonly offline_seconds: number; readonly outages: number };
  readonly periods: readonly { readonly availability_percent: number | null }[];
}

t.test('a registration that runs out while the server is down is an outage, told and counted afterwards', async (t) => {
  const world = await startWorld(t, `registration: { min_expires_sec: ${EXPIRES_SEC}, probe_interval_sec: 0 }`);
  const trunk = world.product.trunk('Acme Corp');
  const pbx = await world.pbx(trunk);
  t.equal((await pbx.register({ expires: EXPIRES_SEC })).answer.status, 200);
  await world.stored(trunk);
  await world.product.stop('SIGKILL');
  const again = await startProduct(t, world.product.env);
  const read = async (path: string, key?: string) => {
    const { status, body } = await again.api('GET', `/portal/sip-trunks/${trunk.uuid}${path}`, undefined, key);
    return { status, data: (body as { data: Shown & { registration: Record<string, unknown> } }).data };
  };
  const state = async () => (await read('')).data.registration.state;
  t.match(await state(), /^(registered|offline)$/, 'known from before');
  await until('it has run out', async () => (await state()) === 'offline', (EXPIRES_SEC + 20) * 1000);
  t.match((await read('')).data.registration, {
    reason: 'expired',
    sentence: 'The PBX did not refresh its registration in time.',
    remedy: /network/,
    contacts: [],
  });
  await until('it is told', () =>
    again.log().some((line) => line.msg === 'trunk offline' && line.trunk === trunk.uuid),
  );
  await until('it is counted', async () => (await read('/availability')).data.total.outages === 1);
  const { data } = await read('/availability?by=month');
  t.equal(data.periods.length, 12);
  // A server that stands still when it runs out sees that later.
  const lateSec = Math.ceil((await again.metric('didfarm_sip_loop_stall_max_seconds')) ?? 0);
  t.ok(data.total.registered_seconds >= 0 && data.total.registered_seconds <= EXPIRES_SEC + lateSec);
  const stranger = again.demo.accounts.find(({ trunks }) => !trunks.some(({ uuid }) => uuid === trunk.uuid));
  t.equal((await read('/availability', stranger?.api_key)).status, 404, 'another tenant sees nothing');
});
