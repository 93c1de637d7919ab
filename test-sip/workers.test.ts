import t, { type Test } from 'tap';
import { CallFleet } from './calls/call-fleet.ts';
import { Leg } from './support/call.ts';
import { startProduct } from './support/product.ts';
import { until } from './support/wait.ts';

const CEILING = 10;
const TRIED = 40;
const HALF = CEILING / 2;

/** Two SIP threads at one port: what one carrier sends from one socket is spread, and nobody outside can tell. */
t.test('calls are spread over two SIP threads', async (t) => {
  const product = await startProduct(t, { DIDFARM_SIP_WORKERS: '2' });
  const acme = product.trunk('Acme Corp');
  const uri = `sip:${acme.dids[0]}@127.0.0.1:${product.sipPort}`;
  const settings = { max_in: CEILING };
  t.match(await product.api('PATCH', `/portal/sip-trunks/${acme.uuid}`, settings), { status: 200 });
  const { carrier, pbx } = await CallFleet.open(t, product, acme);
  const leases = () => product.metric('didfarm_cac_leases{direction="in"}');
  const counted = (result: string, reason: string) =>
    product.metric(`didfarm_calls_total{direction="in",result="${result}",reason="${reason}"}`);
  const up: Leg[] = [];
  /** So many calls at once, of which so many are answered. */
  const place = async (tried: number, answered: number) => {
    const placed = Promise.all(Array.from({ length: tried }, () => Leg.place(carrier, uri)));
    const threads: string[] = [];
    const callees: Leg[] = [];
    while (callees.length < answered) {
      const invite = await pbx.next('INVITE');
      // The first digit of the tags that we make is the thread.
      threads.push(/;tag=(.)/.exec(invite.header('from') ?? '')?.[1] ?? '');
      callees.push(await Leg.answer(pbx, invite, pbx.contactUri));
    }
    const answers = await placed;
    const refusals = answers.flatMap((answer) => (answer instanceof Leg ? [] : [answer.status]));
    const callers = answers.filter((answer) => answer instanceof Leg);
    return { threads, refusals, callers, callees };
  };

  /** The called side ends so many. */
  const hangUp = async (t: Test, count: number) => {
    for (const callee of up.splice(0, count)) t.equal((await callee.hangUp()).status, 200);
    for (let byes = 0; byes < count; byes += 1) carrier.respond(await carrier.next('BYE'), 200);
  };

  t.test('the ceiling holds over both, to the call', async (t) => {
    const { refusals, callers, callees } = await place(TRIED, CEILING);
    t.equal(callers.length, CEILING);
    t.strictSame(refusals, new Array(TRIED - CEILING).fill(486));
    t.equal(await leases(), CEILING, 'the metrics are those of both');
    t.equal(await product.metric('didfarm_calls_active{direction="in"}'), CEILING);
    await until('all are counted', async () => (await counted('client_error', 'cac_trunk_in')) === TRIED - CEILING);
    up.push(...callees);
    await hangUp(t, HALF);
    await until('their places are free', async () => (await leases()) === CEILING - HALF);
    t.equal(await counted('ok', 'answered'), HALF);
    // Of one thread all but the calls that are still up: some 35 of 40, which chance does not do.
    const ended = () => product.log().filter(({ msg }) => msg === 'call ended');
    await until('all are logged', () => ended().length === TRIED - CEILING + HALF);
    t.strictSame([...new Set(ended().map(({ thread }) => thread))].sort(), ['sip', 'sip-1'], 'both had some');
  });

  t.test('the API has the calls of both', async (t) => {
    const total = async () =>
      ((await product.api('GET', '/calls?per_page=1')).body as { meta: { total: number } }).meta.total;
    await until('all are stored', async () => (await total()) === TRIED);
    t.pass();
  });

  t.test('calls that somebody pays for are at home, all of them', async (t) => {
    const made = await product.api('POST', '/rate-decks', { name: 'all', round_to_micros: 1 });
    const { id } = (made.body as { readonly data: { readonly id: number } }).data;
    const rates = { csv: 'direction,prefix,per_minute,interval\nin,31,1,1/1\nout,49,1,1/1\n' };
    t.match(await product.api('POST', `/rate-decks/${id}/rates`, rates), { status: 200 });
    t.match(await product.api('POST', `/rate-decks/${id}/assign`, { platform: true }), { status: 200 });
    const { threads, callees } = await place(HALF, HALF);
    t.strictSame(threads, new Array(HALF).fill('0'));
    t.equal(await leases(), CEILING);
    up.push(...callees);
  });

  t.test('the product ends when the last call of either thread has ended', async (t) => {
    const ended = product.stop('SIGTERM');
    await until('it drains', () => product.log().some(({ msg }) => msg === 'stopping'));
    await hangUp(t, CEILING);
    t.strictSame(await ended, { code: 0, signal: null });
  });
});
