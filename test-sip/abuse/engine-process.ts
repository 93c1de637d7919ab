import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createEngine,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type EngineClock,
} from '../../sip-engine/index.ts';

/**
 * An engine in a process of its own, so that what is measured of it is its own. Its clock runs `SPEED` times as fast:
 * limits of ten seconds are over in one. Says where it listens in one line of JSON, and how it is for every line it reads.
 */
const SPEED = 10;
const [certFile = '', keyFile = ''] = process.argv.slice(2);

const system = createSystemClock();
const clock: EngineClock = {
  nowMs: () => system.nowMs() * SPEED,
  wallMs: () => system.wallMs(),
  every: (intervalMs, tick) => system.every(intervalMs / SPEED, tick),
};
const counts: Record<string, number> = {};
const engine = createEngine(
  {
    listen: (['udp', 'tcp', 'tls'] as const).map((transport) => ({ transport, host: '127.0.0.1', port: 0 })),
    tls: { certFile, keyFile },
  },
  {
    clock,
    random: createSystemRandom(),
    logger: createNullLogger(),
    counters: {
      count(name, label = '') {
        const key = `${name} ${label}`.trim();
        counts[key] = (counts[key] ?? 0) + 1;
      },
    },
  },
);
engine.onRequest('OPTIONS', () => ({ status: 200, lines: [] }));
const points = await engine.start();
const ports = Object.fromEntries(points.map(({ transport, port }) => [transport, port]));
process.stdout.write(`${JSON.stringify(ports)}\n`);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
createInterface({ input: process.stdin }).on('line', () => {
  // Twice: the first collection only lets go of what the buffers' owners held.
  collect();
  collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { connections, transactions } = engine.stats;
  const memory = { rssMib: rss / 2 ** 20, heapMib: (heapUsed + external) / 2 ** 20 };
  process.stdout.write(`${JSON.stringify({ ...memory, connections, transactions, counts })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
