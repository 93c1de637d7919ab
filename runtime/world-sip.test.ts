import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import t from 'tap';
import { receive } from '../billing-hooks/webhooks/test-webhooks.ts';
import { loadConfig } from '../config/index.ts';
import { openTestSandbox } from '../sandbox/test-sandbox.ts';
import { createLogger } from '../telemetry/index.ts';
import { worldSipStarter } from './world-sip.ts';

function openPhones(t: Parameters<typeof openTestSandbox>[0]) {
  const { config } = loadConfig({ DIDFARM_DATA_DIR: t.testdir() });
  return openTestSandbox(t, { startSip: worldSipStarter(config, createLogger({ level: 'error' })), realMs: Date.now });
}

t.test('telephones of a test world', async (t) => {
  const { send, accounts } = await openPhones(t);
  const order = await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  const trunk = (await send('POST', '/portal/sip-trunks', { body: { name: 'Acme Corp' } })).body.data;
  const did = order.body.data.items[0].did_number_id;
  await send('POST', '/portal/did-routing', { body: { did_number_id: did, sip_trunk_id: trunk.id } });
  const call = async (body: object) => (await send('POST', '/sandbox/calls', { body })).body.data;

  t.test('before a PBX has registered nobody can be reached', async (t) => {
    t.match(await call({ to: '+12125550100' }), { status: 480, rang: [], call: { reason: 'trunk_offline' } });
  });

  let pbx = 0;
  t.test('a simulated PBX registers with digest on its trunk, which is online then', async (t) => {
    const opened = await send('POST', '/sandbox/pbx', { body: { trunk: trunk.uuid } });
    t.match(opened, { status: 201, body: { data: { trunk_id: trunk.id, registered: true, register_status: 200 } } });
    pbx = opened.body.data.id;
    const seen = (await send('GET', `/portal/sip-trunks/${trunk.id}`)).body.data;
    t.match(seen, { status: 'active', registration: { state: 'registered', user_agent: 'didfarm simulated PBX' } });
    const wrong = await send('POST', '/sandbox/pbx', { body: { trunk: trunk.uuid, password: 'wrong' } });
    t.match(wrong.body.data, { registered: false, register_status: 401 });
    t.equal((await send('DELETE', `/sandbox/pbx/${wrong.body.data.id}`)).status, 200);
  });

  t.test('a call from the simulated carrier rings it, is answered, and stands in the records', async (t) => {
    const heard = await receive(t);
    t.equal((await send('POST', '/record-streams', { body: { url: heard.url } })).status, 201);
    const answered = await call({ to: '+12125550100', from: '+12025550123', talk_ms: 50 });
    t.match(answered, { status: 200, rang: [pbx] });
    t.match(answered.call, {
      account_id: accounts.msp,
      ...{ direction: 'in', from: '+12025550123', to: '+12125550100', result: 'ok', reason: 'answered' },
    });
    t.match((await send('GET', '/sandbox/pbx')).body.data, [{ id: pbx, rang: ['+12125550100'] }]);
    t.equal((await send('GET', `/calls/${answered.call.uuid}`)).body.data.hung_up_by, 'caller');
    await send('POST', '/sandbox/clock/advance', { body: { seconds: 0 } });
    t.match(heard.received[0]?.body, answered.call.uuid, 'and is streamed');
  });

  t.test('it meets calls as it is told', async (t) => {
    for (const [behaviour, status, reason] of [
      ['busy', 486, 'busy'],
      ['reject', 603, 'declined'],
    ] as const) {
      await send('PATCH', `/sandbox/pbx/${pbx}`, { body: { behaviour } });
      t.match(await call({ to: '+12125550100' }), { status, rang: [pbx], call: { reason } }, behaviour);
    }
    await send('PATCH', `/sandbox/pbx/${pbx}`, { body: { behaviour: 'no_answer' } });
    const given = await call({ to: '+12125550100', patience_ms: 300 });
    t.match(given, { status: 487, rang: [pbx], call: { reason: 'cancelled' } });
  });

  t.test('a call out ends as the last digits of its number say', async (t) => {
    for (const [ending, status] of [
      ['0000', 200],
      ['0001', 486],
      ['0003', 603],
      ['0004', 404],
      ['0005', 503],
    ] as const) {
      const out = await call({ pbx, from: '+12125550100', to: `+1202555${ending}` });
      t.match(out, { status, call: { direction: 'out' } }, ending);
    }
    const given = await call({ pbx, from: '+12125550100', to: '+12025550002', patience_ms: 300 });
    t.match(given, { status: 487, call: { reason: 'cancelled' } });
  });

  t.test('a message for a number is brought to its PBX as SIP MESSAGE', async (t) => {
    const body = { from: '+31687654321', to: '+12125550100', body: 'Hi' };
    t.equal((await send('POST', '/sandbox/messages', { body })).status, 201);
    await send('POST', '/sandbox/clock/advance', { body: { seconds: 1 } });
    t.match((await send('GET', '/sandbox/pbx')).body.data, [{ received: [{ from: '+31687654321', body: 'Hi' }] }]);
  });

  t.test('a call after the clock was moved stands at the time of the world', async (t) => {
    await send('PATCH', `/sandbox/pbx/${pbx}`, { body: { behaviour: 'answer' } });
    await send('POST', '/sandbox/clock/advance', { body: { days: 3 } });
    const { call: record } = await call({ to: '+12125550100', talk_ms: 0 });
    const { now } = (await send('GET', '/sandbox/clock')).body.data;
    t.ok(Math.abs(Date.parse(record.started_at) - Date.parse(now)) < 30_000, `${record.started_at} at ${now}`);
  });

  t.test('what would become of a call can be asked, and a released number rings nobody', async (t) => {
    const told = await send('GET', '/routing/explain?from=%2B12025550123&to=%2B12125550100');
    t.match(told.body, { result: 'ok' });
    await send('POST', '/sandbox/wallet', { body: { amount: -99_900 } });
    await send('POST', '/sandbox/clock/advance', { body: { days: 60 } });
    t.match(await call({ to: '+12125550100' }), { status: 404, rang: [] });
  });

  t.test('there are at most ten of them, and eleven are one too many', async (t) => {
    for (let n = 2; n <= 10; n += 1)
      t.equal((await send('POST', '/sandbox/pbx', { body: { trunk: trunk.id } })).status, 201);
    const { status, body } = await send('POST', '/sandbox/pbx', { body: { trunk: trunk.id } });
    t.match({ status, error: body.error }, { status: 422, error: { code: 'sandbox_limit', message: /at most 10/ } });
    t.equal((await send('GET', '/sandbox/pbx')).body.meta.total, 10);
  });
});

t.test('SIP of a test world reaches its own simulations and nothing else on this machine', async (t) => {
  const { send } = await openPhones(t);
  const live = createSocket('udp4').bind(0, '127.0.0.1');
  t.teardown(() => live.close());
  await once(live, 'listening');
  let heard = 0;
  live.on('message', () => {
    heard += 1;
  });
  const place = `127.0.0.1:${live.address().port}`;
  const order = await send('POST', '/wallet/checkout', { body: { items: [{ number: '+12125550100' }] } });
  const did_number_id = order.body.data.items[0].did_number_id;
  const call = async () => (await send('POST', '/sandbox/calls', { body: { to: '+12125550100' } })).body.data;
  const destination = { kind: 'uri', uri: `sip:+12125550100@${place}` };
  const routed = await send('POST', '/portal/did-routing', { body: { number: '+12125550100', destination } });
  t.equal(routed.status, 201, JSON.stringify(routed.body));
  t.not((await call()).status, 200);
  const body = { name: 'Neighbour', auth_type: 'ip', sources: ['127.0.0.1'], ip_target: place };
  const trunk = await send('POST', '/portal/sip-trunks', { body });
  t.equal(trunk.status, 201, JSON.stringify(trunk.body));
  await send('POST', '/portal/did-routing', { body: { did_number_id, sip_trunk_id: trunk.body.data.id } });
  t.not((await call()).status, 200);
  t.equal(heard, 0);
});
