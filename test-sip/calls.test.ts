import t, { type Test as TapTest } from 'tap';
import { CARRIER, callUp } from './support/call.ts';
import { carrierCalls, Pbx } from './support/pbx.ts';
import { startProduct } from './support/product.ts';
import { UserAgent } from './support/user-agent.ts';
import { until } from './support/wait.ts';

/** Calls from the carrier to a DID, over real sockets: who rings, how it ends, what is left. */
t.test('inbound calls', async (t) => {
  const product = await startProduct(t);
  const acme = product.trunk('Acme Corp');
  const [did = ''] = acme.dids;
  const counted = async (result: string, reason: string) =>
    (await product.metric(`didfarm_calls_total{direction="in",result="${result}",reason="${reason}"}`)) ?? 0;
  const settled = async () => {
    await until('no call is left', async () => (await product.metric('didfarm_cac_leases{direction="in"}')) === 0);
    await until('no dialog is left', async () => (await product.metric('didfarm_dialogs')) === 0);
  };
  const refused = async (t: TapTest, status: number, reason: string, number: string, source?: string) => {
    const before = await counted('client_error', reason);
    const result = await carrierCalls(
      t,
      product,
      'carrier-calls-expect-refused',
      number,
      { status: String(status) },
      source,
    );
    t.equal(result.code, 0, result.errors);
    t.match(result.messages, new RegExp(`Warning: 399 \\S+ "${reason}"`));
    await until(`${reason} is counted`, async () => (await counted('client_error', reason)) === before + 1);
    await until(`${reason} is logged`, () => product.log().some((line) => line.reason === reason));
    return result;
  };
  const registered = async (t: TapTest) => {
    const pbx = await Pbx.at(product, acme);
    const result = await pbx.register(t);
    t.equal(result.code, 0, result.errors);
    return pbx;
  };

  t.test('a trunk that never registered is offline: 480', async (t) => {
    await refused(t, 480, 'trunk_offline', did);
  });

  t.test(
    'the PBX rings at its registered contact, the DID in To and P-Called-Party-ID; the caller hangs up',
    async (t) => {
      const pbx = await registered(t);
      const callee = await pbx.waits(t, 'pbx-answers-caller-hangs-up', {
        ruri: pbx.contactPattern,
        did: did.replace('+', '\\+'),
      });
      const caller = await carrierCalls(t, product, 'carrier-calls-and-hangs-up', did, { hold_ms: '200' });
      t.equal(caller.code, 0, caller.errors);
      const answered = await callee.done;
      t.equal(answered.code, 0, answered.errors);
      t.match(answered.messages, /m=audio/, 'the offer passes');
      t.match(caller.messages, /m=audio/, 'the answer passes');
      await settled();
      t.ok((await counted('ok', 'answered')) >= 1);
    },
  );

  t.test('the PBX hangs up, and the carrier gets the BYE', async (t) => {
    const pbx = await registered(t);
    const callee = await pbx.waits(t, 'pbx-answers-and-hangs-up', { hold_ms: '200' });
    const caller = await carrierCalls(t, product, 'carrier-calls-pbx-hangs-up', did);
    t.equal(caller.code, 0, caller.errors);
    t.equal((await callee.done).code, 0);
    await settled();
  });

  t.test('the caller gives up while it rings: CANCEL reaches the PBX', async (t) => {
    const pbx = await registered(t);
    const callee = await pbx.waits(t, 'pbx-rings-until-cancelled');
    const caller = await carrierCalls(t, product, 'carrier-calls-and-cancels', did);
    t.equal(caller.code, 0, caller.errors);
    t.equal((await callee.done).code, 0);
    await settled();
    t.ok((await counted('ok', 'cancelled')) >= 1);
  });

  t.test("the PBX's busy is the caller's busy", async (t) => {
    const pbx = await registered(t);
    const callee = await pbx.waits(t, 'pbx-is-busy');
    const caller = await carrierCalls(t, product, 'carrier-calls-expect-refused', did, { status: '486' });
    t.equal(caller.code, 0, caller.errors);
    t.equal((await callee.done).code, 0);
    await settled();
    t.ok((await counted('ok', 'busy')) >= 1);
  });

  t.test('at max_in (2) the third call gets 486 with Q.850 cause 17', async (t) => {
    const server = { transport: 'udp', host: '127.0.0.1', port: product.sipPort } as const;
    const pbx = await UserAgent.open(t, server, acme);
    t.equal((await pbx.register()).answer.status, 200);
    const carrier = await UserAgent.open(t, { ...server, localAddress: '127.0.0.2' }, CARRIER);
    const up = () => callUp(carrier, `sip:${did}@127.0.0.1:${product.sipPort}`, pbx, pbx.contactUri);
    const calls = [await up(), await up()];
    const third = await refused(t, 486, 'cac_trunk_in', did);
    t.match(third.messages, /Reason: Q\.850;cause=17/);
    for (const { caller, callee } of calls) {
      const [ended] = await Promise.all([caller.hangUp(), callee.acceptHangUp()]);
      t.equal(ended.status, 200);
    }
    await settled();
  });

  t.test('a number that nobody owns: 404', async (t) => {
    await refused(t, 404, 'unknown_did', '+31209999999');
  });

  t.test('the carrier may leave out the + or write 00', async (t) => {
    for (const written of [did.replace('+', ''), did.replace('+', '00')]) {
      const pbx = await registered(t);
      const callee = await pbx.waits(t, 'pbx-is-busy');
      const caller = await carrierCalls(t, product, 'carrier-calls-expect-refused', written, { status: '486' });
      t.equal(caller.code, 0, `${written} ${caller.errors}`);
      t.equal((await callee.done).code, 0);
    }
  });

  t.test('an address that is no carrier, no trunk and holds no binding: 403', async (t) => {
    await refused(t, 403, 'source_unknown', did, '127.0.0.9');
  });

  t.test('the record of a call is in the API: result, reason, times', async (t) => {
    await until('records are there', async () => {
      const { body } = (await product.api('GET', '/calls')) as { body: { data: { reason: string }[] } };
      return ['answered', 'cancelled', 'busy', 'cac_trunk_in', 'unknown_did', 'trunk_offline'].every((reason) =>
        body.data.some((call) => call.reason === reason),
      );
    });
    const { body } = (await product.api('GET', '/calls')) as { body: { data: Record<string, unknown>[] } };
    const answered = body.data.find((call) => call.reason === 'answered');
    t.match(answered, { result: 'ok', started_at: /Z$/, answered_at: /Z$/, ended_at: /Z$/ });
  });
});
