import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../test-sip/support/ports.ts';
import type { Product } from '../test-sip/support/product.ts';
import { runSipp, startSipp } from '../test-sip/support/sipp.ts';
import { UserAgent } from '../test-sip/support/user-agent.ts';
import { cpuMs, median } from './support/cpu.ts';
import type { Bench } from './support/report.ts';
import { inWorkDir, startSeeded } from './support/work-dir.ts';

const FEW = 10;
const MANY = Number(process.env.BENCH_TRUNKS ?? 100_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const CALLS = Number(process.env.BENCH_CALLS ?? 500);
/** Calls a second that are offered; well below what the server takes, so that CPU is compared and not waiting. */
const RATE = Number(process.env.BENCH_RATE ?? 100);

interface World {
  readonly product: Product;
  readonly end: { teardown(handler: () => unknown): void };
  readonly localPort: number;
  readonly user: string;
  readonly did: string;
}

/** Calls from a carrier to a registered PBX and their end, in a world of few trunks and one of many, by turns. */
export const bench: Bench = () =>
  inWorkDir((few, onEnd) =>
    inWorkDir(async (many) => {
      const worlds = { few: await open(few, onEnd, FEW), many: await open(many, onEnd, MANY) };
      const cpu = { few: [] as number[], many: [] as number[] };
      for (const world of Object.values(worlds)) await runRound(world);
      for (let round = 0; round < ROUNDS; round++) {
        for (const name of ['few', 'many'] as const) cpu[name].push(await runRound(worlds[name]));
      }
      const ratio = median(cpu.many.map((value, round) => value / (cpu.few[round] ?? Number.NaN)));
      return [
        { name: `cpu_ms_per_1k_${FEW}_trunks`, value: median(cpu.few), unit: 'ms', isRatio: false },
        { name: `cpu_ms_per_1k_${MANY}_trunks`, value: median(cpu.many), unit: 'ms', isRatio: false },
        { name: 'many_over_few_cpu', value: ratio, unit: 'x', isRatio: true },
        { name: 'offered_per_sec', value: RATE, unit: '1/s', isRatio: false },
      ];
    }),
  );

async function open(dir: string, onEnd: (end: () => unknown) => void, trunks: number): Promise<World> {
  const { product, csv } = await startSeeded(dir, onEnd, trunks);
  const [user = '', realm = '', password = ''] = (readFileSync(csv, 'utf8').split('\n')[0] ?? '').split(',');
  const end = { teardown: onEnd };
  const localPort = await freePort();
  const socket = { transport: 'udp', host: '127.0.0.1', port: product.sipPort, localPort } as const;
  const agent = await UserAgent.open(end, socket, { username: user, realm, password });
  const { answer } = await agent.register({ expires: 7200 });
  if (answer.status !== 200) throw new Error(`${user} could not register: ${answer.status}`);
  agent.socket.close();
  return { product, end, localPort, user, did: readFileSync(join(dir, 'dids.csv'), 'utf8').split(',')[0] ?? '' };
}

/** CPU ms of the product for a thousand calls, set-up and end. */
async function runRound({ product, end, localPort, user, did }: World): Promise<number> {
  const shape = { calls: CALLS, limitMs: 120_000 };
  const fill = { ruri: `sip:${user}@127\\.0\\.0\\.1:${localPort}`, did: did.replace('+', '\\+') };
  const scenario = 'pbx-answers-caller-hangs-up';
  const called = await startSipp(end, { ...shape, scenario, fill, localAddress: '127.0.0.1', localPort });
  const before = cpuMs(product.pid);
  const placed = await runSipp(end, {
    ...shape,
    scenario: 'carrier-calls-and-hangs-up',
    fill: { hold_ms: '100' },
    localAddress: '127.0.0.2',
    localPort: await freePort('127.0.0.2'),
    remote: `127.0.0.1:${product.sipPort}`,
    service: did,
    rate: RATE,
    keys: { caller: '+4915112345678' },
  });
  const answered = await called.done;
  if (placed.code !== 0 || answered.code !== 0) throw new Error(`calls failed: ${placed.errors}${answered.errors}`);
  // What the calls have left to the other threads belongs to them.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return ((cpuMs(product.pid) - before) / CALLS) * 1000;
}
