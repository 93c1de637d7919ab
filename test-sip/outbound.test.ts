import t from 'tap';
import { moveGateway } from './support/gateway.ts';
import { Pbx } from './support/pbx.ts';
import { startProduct } from './support/product.ts';
import { startSipp } from './support/sipp.ts';
import { until } from './support/wait.ts';

/** A registered PBX calls out through the carrier gateway of the demo world. */
t.test('outbound calls', async (t) => {
  const product = await startProduct(t);
  const at = await moveGateway(t, product);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const counted = async (result: string, reason: string) =>
    (await product.metric(`didfarm_calls_total{direction="out",result="${result}",reason="${reason}"}`)) ?? 0;

  t.test('it is challenged with 407, bridged to the gateway, and both legs end', async (t) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    const gateway = await startSipp(t, { ...at, scenario: 'carrier-answers-caller-hangs-up' });
    const call = await pbx.calls(t, 'pbx-calls-out-and-hangs-up', '+4930123456', did, { hold_ms: '200' });
    t.equal(call.code, 0, call.errors);
    const carried = await gateway.done;
    t.equal(carried.code, 0, carried.errors);
    t.match(carried.messages, `INVITE sip:+4930123456@127.0.0.2:${at.port}`);
    t.notMatch(carried.messages, /Proxy-Authorization/i, 'credentials stay here');
    t.notMatch(carried.messages, new RegExp(`rinstance|${acme.username}`), 'the PBX stays hidden');
    await until('the call is counted', async () => (await counted('ok', 'answered')) === 1);
    await until('no lease is left', async () => (await product.metric('didfarm_cac_leases{direction="out"}')) === 0);
  });

  t.test('a caller number of somebody else is refused', async (t) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    const call = await pbx.calls(t, 'pbx-calls-out-expect-refused', '+4930123456', '+31999999999', { status: '403' });
    t.equal(call.code, 0, call.errors);
    t.match(call.messages, /Warning: 399 \S+ "caller_id_forbidden"/);
  });

  t.test('a gateway that does not answer is a failed carrier', async (t) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    const call = await pbx.calls(t, 'pbx-calls-out-expect-refused', '+4930123456', did, { status: '503' });
    t.equal(call.code, 0, call.errors);
    await until('it is counted', async () => (await counted('upstream_error', 'carrier_failed')) === 1);
  });
});
