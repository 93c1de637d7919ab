import t from 'tap';
import { NO_CALLS } from '../billing-hooks/index.ts';
import { openAgent } from './sip/agent.ts';
import { openTestSandbox } from './test-sandbox.ts';
import type { WorldSip } from './world-sip.ts';

/** A SIP side that lets every PBX register, and has no room for calls. */
async function openRegistrar(): Promise<WorldSip> {
  const agent = await openAgent('registrar', '127.0.0.1', (_req, res) => res.send(503));
  agent.engine.onRequest('REGISTER', () => ({ status: 200, lines: [] }));
  return {
    ...{ port: agent.port, holds: NO_CALLS, died: new Promise(() => undefined) },
    queries: { request: async () => [] as never },
    sendToPbx: async () => ({ kind: 'no_pbx' }),
    publish: async () => undefined,
    stored: async () => undefined,
    stop: () => agent.engine.close(),
  };
}

t.test('clients of one test world see and end nothing of each other', async (t) => {
  const { send, keys } = await openTestSandbox(t, { startSip: openRegistrar });
  const client = async (name: string) => {
    const { id } = (await send('POST', '/accounts', { key: keys.reseller, body: { name } })).body.data;
    const body = { name, scopes: ['admin'], account_id: id };
    const key: string = (await send('POST', '/api-keys', { key: keys.reseller, body })).body.data.key;
    const trunk = (await send('POST', '/portal/sip-trunks', { key, body: { name: `Trunk of ${name}` } })).body.data;
    return { key, trunk };
  };
  const [own, other] = [await client('Own'), await client('Other')];
  const opened = await send('POST', '/sandbox/pbx', { key: own.key, body: { trunk: own.trunk.id } });
  t.match(opened, { status: 201, body: { data: { registered: true } } });
  const { id } = opened.body.data;
  const body = { behaviour: 'busy' };

  t.same((await send('GET', '/sandbox/pbx', { key: other.key })).body.data, []);
  t.equal((await send('PATCH', `/sandbox/pbx/${id}`, { key: other.key, body })).status, 404);
  t.equal((await send('DELETE', `/sandbox/pbx/${id}`, { key: other.key })).status, 404);
  const call = { pbx: id, to: '+12025550199' };
  t.equal((await send('POST', '/sandbox/calls', { key: other.key, body: call })).status, 404);
  t.match((await send('POST', '/sandbox/calls', { key: own.key, body: call })).body.data, { status: 503 });
  for (const key of [own.key, keys.reseller])
    t.match((await send('PATCH', `/sandbox/pbx/${id}`, { key, body })).body.data, { behaviour: 'busy' });

  const items = [{ number: '+12125550103' }];
  await send('POST', '/sandbox/wallet', { key: own.key, body: { amount: 100_000 } });
  t.ok((await send('POST', '/wallet/checkout', { key: own.key, body: { items } })).status < 300);
  const advance = async (key: string) =>
    (await send('POST', '/sandbox/clock/advance', { key, body: { days: 40 } })).body.data;
  const foreign = await advance(other.key);
  t.ok(foreign.total_events > 0, 'something of the one happens while the other moves the clock');
  t.same(foreign.events, []);
  t.ok((await advance(own.key)).events.length > 0);

  t.match(await send('POST', '/sandbox/reset', { key: other.key }), { status: 403 });
  t.equal((await send('POST', '/sandbox/reset', { key: keys.reseller })).status, 200);
});
