import type { Product } from '../test-sip/support/product.ts';
import { type Child, startScript } from './support/child.ts';
import { apiOf } from './support/control-api.ts';
import type { Bench } from './support/report.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

const TRUNKS = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
/** Few at a time: a fleet that is served, not one that saturates. */
const WINDOW = 4;
/** API requests under way at a time. */
const STORM = 16;

/**
 * The API and what it costs SIP: lists and creates a second, a tenant file of 10,000 trunks and an edit of one
 * trunk in it, with the p99 and the longest wait of REGISTER refreshes alone and beside each of them.
 */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    // Every thread on its own core if it can have one: what is measured is who waits for whom.
    const { product, csv } = await startSeeded(dir, onEnd, TRUNKS, { pinned: false });
    const send = apiOf(product.dataDir);
    const load = startScript('generator', 'bench/load/register-load.ts', [
      String(product.sipPort),
      csv,
      String(WINDOW),
    ]);
    onEnd(() => load.stop());
    await load.ask({ mode: 'prime', seconds: 0 });
    await load.ask({ mode: 'refresh', seconds: SECONDS });
    const alone = await refresh(load);
    const list = await beside(load, (until) => storm(until, () => send('GET', '/portal/sip-trunks?per_page=50')));
    const nextName = namesOf('Storm');
    const account = accountIdOf(await send('GET', '/accounts'));
    const create = await beside(load, (until) =>
      storm(until, () => send('POST', '/portal/sip-trunks', { account_id: account, name: nextName() })),
    );
    const yaml = (JSON.parse(await send('GET', '/tenant-files/export')) as { data: { yaml: string } }).data.yaml;
    const apply = (text: string) =>
      timed(() => send('POST', '/tenant-files/apply', { yaml: text, name: 'bench.yaml' }));
    const toldBefore = stallsTold(product).length;
    const stallsBefore = await countStalls(product);
    const all = await beside(load, () => apply(yaml.replaceAll(/max_in: .*$/gm, 'max_in: 7')));
    const stalls = (await countStalls(product)).map((count, at) => count - (stallsBefore[at] ?? 0));
    for (const stall of stallsTold(product).slice(toldBefore))
      console.log(`  SIP stood still beside the apply: ${JSON.stringify(stall)}`);
    const longestStallSec = (await product.metric('didfarm_sip_loop_stall_max_seconds')) ?? 0;
    const one = await apply('version: 1\naccounts: [{name: Bench, trunks: [{name: u000001, max_in: 8}]}]\n');
    return [
      figure('register_p99_ms_alone', alone.p99Ms, 'ms'),
      figure('register_longest_ms_alone', alone.maxMs, 'ms'),
      figure('list_per_sec', list.value / SECONDS, '1/s'),
      figure('register_p99_ms_beside_list', list.p99Ms, 'ms'),
      figure('register_longest_ms_beside_list', list.maxMs, 'ms'),
      figure('create_per_sec', create.value / SECONDS, '1/s'),
      figure('register_p99_ms_beside_create', create.p99Ms, 'ms'),
      figure('register_longest_ms_beside_create', create.maxMs, 'ms'),
      figure('apply_10000_ms', all.value, 'ms'),
      figure('register_p99_ms_beside_apply', all.p99Ms, 'ms'),
      figure('register_longest_ms_beside_apply', all.maxMs, 'ms'),
      ...CAUSES.map((cause, at) => figure(`sip_stalls_over_20_ms_by_${cause}`, stalls[at] ?? 0, '')),
      figure('sip_longest_stall_ms_of_the_last_minute', longestStallSec * 1000, 'ms'),
      figure('apply_one_of_10000_ms', one, 'ms'),
    ];
  });

function figure(name: string, value: number, unit: string) {
  return { name, value, unit, isRatio: false };
}

const CAUSES = ['collection', 'work', 'processor'] as const;

/** How often the SIP thread has stood still for longer than a peer may notice, by cause. */
function countStalls(product: Product): Promise<readonly number[]> {
  const count = (cause: string) => product.metric(`didfarm_sip_long_stalls_total{cause="${cause}"}`);
  return Promise.all(CAUSES.map(async (cause) => (await count(cause)) ?? 0));
}

/** Those of our own making, one by one: the log has them. */
function stallsTold(product: Product) {
  return product
    .log()
    .filter(({ msg }) => msg === 'SIP stood still')
    .map(({ time, stallMs, cpuMs, collectionMs, cause }) => ({ time, stallMs, cpuMs, collectionMs, cause }));
}

/** How long refreshes wait (ms): the p99, and the longest; one that is lost counts as long as it was waited for. */
async function refresh(load: Child) {
  const { p99Ms, maxMs } = await load.ask({ mode: 'refresh', seconds: SECONDS });
  return { p99Ms: Number(p99Ms), maxMs: Number(maxMs) };
}

/** Does the work while REGISTERs are refreshed; gives its value and how long the refreshes waited meanwhile. */
async function beside(load: Child, work: (untilMs: number) => Promise<number>) {
  const refreshed = refresh(load);
  const value = await work(performance.now() + SECONDS * 1000);
  return { value, ...(await refreshed) };
}

/** How many were answered until then. */
async function storm(untilMs: number, send: () => Promise<string>): Promise<number> {
  let answered = 0;
  const worker = async () => {
    while (performance.now() < untilMs) {
      await send();
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: STORM }, worker));
  return answered;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

function accountIdOf(body: string): number {
  const [account] = (JSON.parse(body) as { data: readonly { id: number }[] }).data;
  if (account === undefined) throw new Error('the seeded world has no account');
  return account.id;
}

function namesOf(stem: string): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `${stem} ${made}`;
  };
}
