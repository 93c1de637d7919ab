import t from 'tap';
import { type Product, startProduct } from '../support/product.ts';
import { clockWith, until } from '../support/wait.ts';
import { CallFleet, takeByes } from './call-fleet.ts';

/** The soak run takes 500. */
const CALLS = Number(process.env.TEST_CALLS ?? 50);

interface CallView {
  readonly reason: string | null;
  readonly hung_up_by: string | null;
  readonly answered_at: string;
  readonly ended_at: string | null;
}

/** Every record there is, page by page. */
async function allCalls(product: Product): Promise<readonly CallView[]> {
  const calls: CallView[] = [];
  for (let page = 1; ; page++) {
    const { body } = await product.api('GET', `/calls?per_page=200&page=${page}`);
    const { data, meta } = body as { data: CallView[]; meta: { total: number } };
    calls.push(...data);
    if (calls.length >= meta.total || data.length === 0) return calls;
  }
}

t.test('after kill -9 both sides of every call get BYE, records are closed and calls flow again', async (t) => {
  const first = await startProduct(t);
  const trunk = first.trunk('Beta Services');
  const fleet = await CallFleet.open(t, first, trunk);
  const calls = await fleet.talkMany(CALLS);
  t.equal(await first.metric('didfarm_calls_active{direction="in"}'), CALLS);
  // What is older than a second survives (docs: Times).
  const journaled = async () => {
    return (await allCalls(first)).filter((call) => call.answered_at !== null).length === CALLS;
  };
  await until('the calls are in the journal', journaled);
  await first.stop('SIGKILL');

  const second = await startProduct(t, first.env);
  const nowMs = clockWith(t, second);
  const upAtMs = nowMs();
  const ends = Promise.all([
    takeByes(
      fleet.carrier,
      calls.map((call) => call.callerLeg),
    ),
    takeByes(
      fleet.pbx,
      calls.map((call) => call.calleeLeg),
    ),
  ]);
  const [toCarrier, toPbx] = await ends;
  const tookMs = nowMs() - upAtMs;
  t.ok(tookMs < 5000, `all ${2 * CALLS} within 5 s: ${tookMs} ms`);
  for (const bye of toCarrier) {
    const call = calls.find(({ callerLeg }) => callerLeg === bye.callId);
    t.match(bye.header('from'), `;tag=${call?.productTag}`, 'in the dialog of the caller');
    t.match(bye.header('to'), /;tag=c\d+$/);
    t.match(bye.header('reason'), 'server_restart');
    t.equal(bye.uri, fleet.carrier.contactUri);
  }
  for (const bye of toPbx) {
    const invite = calls.find(({ calleeLeg }) => calleeLeg === bye.callId)?.calleeInvite;
    t.equal(bye.header('from'), invite?.header('from'), 'in the dialog of the callee');
    t.match(bye.header('to'), /;tag=p\d+$/);
    t.ok(bye.cseq > (invite?.cseq ?? 0));
    t.equal(bye.uri, fleet.pbx.contactUri);
  }

  const records = await allCalls(second);
  t.equal(records.length, CALLS, 'no record is lost or doubled');
  t.ok(records.every((call) => call.reason === 'server_restart' && call.hung_up_by === 'server' && call.ended_at));
  t.equal(await second.metric('didfarm_cac_leases{direction="in"}'), 0, 'capacity is free');
  const before = nowMs();
  await fleet.talk();
  t.ok(nowMs() - before < 2000, 'a new call flows');
});
