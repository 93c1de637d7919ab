import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAdminStore } from '../admin/index.ts';
import type { CallRecord } from '../bus/index.ts';
import { applyTenants, openStore, type Store, saveCalls } from '../tenancy/index.ts';
import type { Bench } from './support/report.ts';
import { inWorkDir } from './support/work-dir.ts';

const CALLS = Number(process.env.BENCH_REPLAY_CALLS ?? 100_000);
const DAY_MS = 86_400_000;
const PART = 5000;
const NUMBERS = ['+31201110001', '+31201110002', '+31201110003', '+31201110007', '+31201110010'];

/** 100,000 recorded calls of a day, a third of them out, once more with a tenant file that would change some. */
export const bench: Bench = () =>
  inWorkDir(async (dir, onEnd) => {
    const file = join(dir, 'didfarm.db');
    const store = await openStore({ file, secretKey: randomBytes(32), platformRealm: 'sip.didfarm.com' });
    onEnd(() => store.close());
    const yaml = readFileSync(join(import.meta.dirname, '../docs/examples/call-tests/tenants.yaml'), 'utf8');
    const options = { visible: null, actor: 'bench', resolveSecret: () => undefined };
    await applyTenants(store, yaml, 'tenants.yaml', options);
    const fromMs = store.clock.nowMs() - DAY_MS;
    await record(store, fromMs);
    const { rehearsals } = createAdminStore(store);
    const candidate = yaml.replace('destination: { trunk_group: Reception }', 'destination: { trunk: Restaurant }');
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const { report } = await rehearsals.replay(
      { homeAccountId: null, visible: null },
      { yaml: candidate, name: 'candidate.yaml', options },
      { fromMs, toMs: fromMs + DAY_MS, most: CALLS },
    );
    const tookSec = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    if (report.replayed !== CALLS || report.different === 0) throw new Error('the replay is not what was recorded');
    return [
      { name: 'replay_calls', value: report.replayed, unit: '', isRatio: false },
      { name: 'replay_sec', value: tookSec, unit: 's', isRatio: false },
      { name: 'replay_cpu_us_per_call', value: (user + system) / CALLS, unit: 'us', isRatio: false },
    ];
  });

async function record(store: Store, fromMs: number): Promise<void> {
  for (let at = 0; at < CALLS; at += PART) {
    const size = Math.min(PART, CALLS - at);
    await saveCalls(
      store,
      Array.from({ length: size }, (_, index) => callAt(at + index, fromMs)),
    );
  }
}

function callAt(index: number, fromMs: number): CallRecord {
  const isOut = index % 3 === 0;
  const to = isOut ? '0612345678' : (NUMBERS[index % NUMBERS.length] ?? '');
  const from = isOut ? '+31201110001' : '+4930111222';
  const startedAtMs = fromMs + Math.floor((index / CALLS) * (DAY_MS - 10_000));
  const line = {
    step: 'resolveTarget',
    saw: to,
    decided: 'trunk of the did: sip:desk@192.0.2.7:5060;rinstance=a1b2c3',
  };
  return {
    ...{ uuid: `call_${index}`, direction: isOut ? 'out' : 'in', accountId: 1, trunkId: isOut ? 2 : null, didId: null },
    ...{ carrierId: 1, from, to, startedAtMs, answeredAtMs: startedAtMs, endedAtMs: startedAtMs + 1500 },
    ...{ result: 'ok', reason: 'answered', status: 200, sentence: '', hungUpBy: 'caller' },
    ...{ aLeg: { callId: `c${index}`, remote: '127.0.0.21:5060', contact: '' }, bLeg: null, attempts: [] },
    trace: [
      { step: 'normalizeNumbers', saw: `${to} from ${from}`, decided: to },
      ...Array.from({ length: 8 }, () => line),
    ],
  };
}
