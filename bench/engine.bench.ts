import { startScript } from './support/child.ts';
import { cpuMs, median } from './support/cpu.ts';
import { parseRatio } from './support/parse-ratio.ts';
import type { Bench, Figure } from './support/report.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);

type Mode = 'options' | 'register' | 'message' | 'calls';

interface Round {
  readonly cpuMsPer1k: number;
  readonly perSec: number;
  readonly lost: number;
}

/**
 * The engine alone, beside a bare Node UDP echo of the same datagrams: requests on the direct lane, requests that an
 * application in another process answers, bridged calls. CPU is the engine's process, all of its threads; a core's
 * rate is what that CPU would do in a second.
 */
export const bench: Bench = async () => {
  const { oursUs, theirsUs } = parseRatio();
  const load = startScript('generator', 'bench/load/engine-load.ts', []);
  const { callee } = await load.nextJson();
  const echo = startScript('server', 'bench/load/echo.ts', []);
  const echoPort = Number((await echo.nextJson()).port);
  const engine = startScript('server', 'bench/load/engine-server.ts', []);
  const { sip, app: appPort } = await engine.nextJson();
  const app = startScript('generator', 'bench/load/engine-app.ts', [String(appPort), String(callee)]);
  try {
    await app.nextJson();
    const round = async (mode: Mode, pid: number, port: number): Promise<Round> => {
      const before = cpuMs(pid);
      const result = await load.ask({ mode, port, seconds: SECONDS, window: mode === 'calls' ? 20 : 50 });
      const cpuMsPer1k = ((cpuMs(pid) - before) / Number(result.done)) * 1000;
      return { cpuMsPer1k, perSec: Number(result.done) / Number(result.seconds), lost: Number(result.lost) };
    };
    const modes: readonly (readonly [string, () => Promise<Round>])[] = [
      ['options', () => round('options', engine.pid, Number(sip))],
      ['options_echo', () => round('options', echo.pid, echoPort)],
      ['direct_lane', () => round('register', engine.pid, Number(sip))],
      ['direct_lane_echo', () => round('register', echo.pid, echoPort)],
      ['control', () => round('message', engine.pid, Number(sip))],
      ['calls', () => round('calls', engine.pid, Number(sip))],
    ];
    const rounds = new Map<string, Round[]>();
    for (let i = 0; i <= ROUNDS; i++) {
      for (const [name, run] of modes) {
        const result = await run();
        // The first one warms the code up.
        if (i > 0) rounds.set(name, [...(rounds.get(name) ?? []), result]);
      }
    }
    return figures(rounds, oursUs, theirsUs);
  } finally {
    for (const child of [load, app, engine, echo]) await child.stop();
  }
};

function figures(rounds: ReadonlyMap<string, readonly Round[]>, oursUs: number, theirsUs: number): readonly Figure[] {
  const cpu = (name: string) => median((rounds.get(name) ?? []).map(({ cpuMsPer1k }) => cpuMsPer1k));
  const each = [...rounds].flatMap(([name, results]): Figure[] => [
    { name: `${name}_cpu_ms_per_1k`, value: cpu(name), unit: 'ms', isRatio: false },
    { name: `${name}_per_core_per_sec`, value: 1_000_000 / cpu(name), unit: '1/s', isRatio: false },
    { name: `${name}_per_sec`, value: median(results.map(({ perSec }) => perSec)), unit: '1/s', isRatio: false },
  ]);
  const lost = [...rounds.values()].flat().reduce((sum, result) => sum + result.lost, 0);
  return [
    ...each,
    { name: 'echo_over_options_cpu', value: cpu('options_echo') / cpu('options'), unit: 'x', isRatio: true },
    {
      name: 'echo_over_direct_lane_cpu',
      value: cpu('direct_lane_echo') / cpu('direct_lane'),
      unit: 'x',
      isRatio: true,
    },
    { name: 'parse_us', value: oursUs, unit: 'us', isRatio: false },
    { name: 'parse_srf_us', value: theirsUs, unit: 'us', isRatio: false },
    { name: 'parse_ratio', value: theirsUs / oursUs, unit: 'x', isRatio: true },
    { name: 'lost', value: lost, unit: '', isRatio: false },
  ];
}
