import {
  createEngine,
  createNullCounters,
  createNullLogger,
  createSystemClock,
  createSystemRandom,
  type EnginePorts,
} from '../sip-engine/index.ts';
import type { StageEngine } from './test-ua.ts';

const PORTS: EnginePorts = {
  clock: createSystemClock(),
  counters: createNullCounters(),
  logger: createNullLogger(),
  random: createSystemRandom(),
};

/** The embedded engine on UDP at that address, with timers ten times as fast; only tests of calls build it here. */
export function engineOn(host: string): StageEngine {
  return createEngine({ listen: [{ transport: 'udp', host, port: 0 }], timers: { t1Ms: 50 }, orphan: 'bye' }, PORTS);
}

/** The product's engine at its own pace, with a clock or counters of the test's; everybody else's as ever. */
export function oursWith(ports: Partial<EnginePorts>): (host: string) => StageEngine {
  return (host) =>
    host === '127.0.0.1'
      ? createEngine({ listen: [{ transport: 'udp', host, port: 0 }], orphan: 'bye' }, { ...PORTS, ...ports })
      : engineOn(host);
}
