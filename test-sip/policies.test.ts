import t, { type Test } from 'tap';
import { Leg } from './support/call.ts';
import { moveGateway, openGateway } from './support/gateway.ts';
import { carrierCalls, Pbx } from './support/pbx.ts';
import { startProduct } from './support/product.ts';
import { startSipp } from './support/sipp.ts';
import { UserAgent } from './support/user-agent.ts';
import { until } from './support/wait.ts';

/** Routing policies set through the API, and what the far ends then see on the wire. */
t.test('routing policies', async (t) => {
  const product = await startProduct(t);
  const at = await moveGateway(t, product);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const operator = async (method: string, path: string, body: unknown) => {
    const answer = await product.api(method, path, body, product.demo.operator_key);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return (answer.body as { data: Record<string, unknown> }).data;
  };
  const trunkPolicy = (body: object) => operator('PATCH', `/portal/sip-trunks/${acme.uuid}/routing-policy`, body);
  const registered = async (t: Test) => {
    const pbx = await Pbx.at(product, acme);
    t.equal((await pbx.register(t)).code, 0);
    return pbx;
  };
  const answering = (t: Test) => startSipp(t, { ...at, scenario: 'carrier-answers-caller-hangs-up' });
  const settled = () =>
    until('nothing is left', async () => (await product.metric('didfarm_calls_active{direction="out"}')) === 0);
  /** The PBX calls out, and the gateway is called with that Request-URI. */
  const reaches = async (t: Test, number: string, uri: RegExp) => {
    const pbx = await registered(t);
    const gateway = await answering(t);
    const call = await pbx.calls(t, 'pbx-calls-out-and-hangs-up', number, did, { hold_ms: '100' });
    t.equal(call.code, 0, call.errors);
    const carried = await gateway.done;
    t.equal(carried.code, 0, carried.errors);
    t.match(carried.messages, uri);
    await settled();
    return carried.messages;
  };
  const refused = async (t: Test, number: string, status: string, reason: string) => {
    const pbx = await registered(t);
    const call = await pbx.calls(t, 'pbx-calls-out-expect-refused', number, did, { status });
    t.equal(call.code, 0, call.errors);
    t.match(call.messages, new RegExp(`Warning: 399 \\S+ "${reason}"`));
  };

  t.test('a dial plan takes the 9 off before anybody reads the number', async (t) => {
    await trunkPolicy({ dial_plan: [{ prefix: '9', strip: 1, add: '' }] });
    await reaches(t, '9004930123456', /INVITE sip:\+4930123456@/);
    await trunkPolicy({ dial_plan: null });
  });

  t.test('a blocked country and closed hours are refused, help is not', async (t) => {
    await trunkPolicy({ blocked: ['DE'], location: 'https://loc.example/acme' });
    await refused(t, '+4930123456', '403', 'destination_blocked');
    await trunkPolicy({ blocked: null, hours: { timezone: 'UTC', open: [] } });
    await refused(t, '+4930123456', '403', 'destination_blocked');
    const messages = await reaches(t, '112', /INVITE sip:112@/);
    t.match(messages, /Geolocation: <https:\/\/loc\.example\/acme>/);
    await trunkPolicy({ hours: null, location: null });
  });

  t.test('a carrier that answers 503 is passed over, one that brings a 486 is believed', async (t) => {
    const { port, ...place } = await openGateway(t);
    const { id } = await operator('POST', '/carriers', {
      name: 'first',
      gateways: [{ host: place.localAddress, port }],
      prefixes: [{ prefix: '+49' }],
    });
    const first = (status: string) => startSipp(t, { ...place, scenario: 'gateway-refuses', fill: { status } });
    const failing = await first('503');
    await reaches(t, '+4930123456', new RegExp(`INVITE sip:\\+4930123456@127\\.0\\.0\\.2:${at.port}`));
    t.equal((await failing.done).code, 0);
    const attempts = async () => {
      const { body } = await product.api('GET', '/calls?per_page=200', undefined, product.demo.operator_key);
      const newest = (body as { data: { uuid: string; to: string }[] }).data
        .filter((call) => call.to === '+4930123456')
        .at(-1);
      const shown = await product.api('GET', `/calls/${newest?.uuid}`, undefined, product.demo.operator_key);
      return (shown.body as { data: { attempts?: readonly object[] } }).data.attempts;
    };
    await until('the record is kept', async () => (await attempts())?.length === 2);
    const tried = await attempts();
    t.match(tried, [
      { target: `first 127.0.0.2:${port}`, status: 503 },
      { target: `loopback 127.0.0.2:${at.port}`, status: 200 },
    ]);
    const busy = await first('486');
    const pbx = await registered(t);
    const call = await pbx.calls(t, 'pbx-calls-out-expect-refused', '+4930123456', did, { status: '486' });
    t.equal(call.code, 0, call.errors);
    t.equal((await busy.done).code, 0);
    await operator('DELETE', `/carriers/${id}`, undefined);
  });

  t.test('a PBX transfers its caller (REFER, local): the target is called and joined, the PBX let go', async (t) => {
    await trunkPolicy({ refer: 'local' });
    // Not SIPp, for which a NOTIFY that is repeated is the next one.
    const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
    const pbx = await UserAgent.open(t, server, acme);
    t.equal((await pbx.register()).answer.status, 200);
    const gateway = await answering(t);
    const calling = carrierCalls(t, product, 'carrier-calls-and-is-transferred', did, { hold_ms: '200' });
    const invite = await pbx.next('INVITE');
    t.equal(invite.uri, pbx.contactUri);
    t.match(invite.header('to'), did);
    t.match(invite.header('p-called-party-id'), did);
    const transferor = await Leg.answer(pbx, invite, pbx.contactUri);
    t.equal((await transferor.refer('sip:+4930123456@sip.didfarm.com')).status, 202);
    for (const progress of ['SIP/2.0 100', 'SIP/2.0 180', 'SIP/2.0 200']) {
      const notify = await pbx.next('NOTIFY');
      t.match(notify.body.toString(), progress);
      pbx.respond(notify, 200);
    }
    await transferor.acceptHangUp();
    const [caller, target] = await Promise.all([calling, gateway.done]);
    t.equal(caller.code, 0, caller.errors);
    t.equal(target.code, 0, target.errors);
    t.match(target.messages, new RegExp(`From: <sip:${did.replace('+', '\\+')}@`), 'under the number that was called');
    await settled();
    await until('no lease is left', async () => (await product.metric('didfarm_cac_leases{direction="in"}')) === 0);
    await trunkPolicy({ refer: null });
  });

  t.test('a DID whose PBX is gone rings at its disaster number, shown as the DID', async (t) => {
    const other = product.trunk('Beta Services');
    const [number = ''] = other.dids;
    const { data } = (await product.api('GET', '/dids?per_page=200', undefined, product.demo.operator_key)).body as {
      data: { id: number; number: string }[];
    };
    const id = data.find((row) => row.number === number)?.id;
    await operator('PATCH', `/portal/did-routing/${id}/routing-policy`, { disaster: { number: '+4930123456' } });
    const gateway = await answering(t);
    const caller = await carrierCalls(t, product, 'carrier-calls-and-hangs-up', number, { hold_ms: '100' });
    t.equal(caller.code, 0, caller.errors);
    const carried = await gateway.done;
    t.equal(carried.code, 0, carried.errors);
    t.match(carried.messages, /INVITE sip:\+4930123456@/);
    t.match(carried.messages, new RegExp(`From: <sip:${number.replace('+', '\\+')}@`));
  });
});
