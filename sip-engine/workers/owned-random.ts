import type { EnginePorts, EngineRandom } from '../ports.ts';
import { sharesPorts, type WorkerSeat } from './seat.ts';

/**
 * Randomness whose texts begin with the digit of the worker that made them: branches, tags and Call-IDs lead back to it,
 * at whichever worker they come in.
 */
function ownedRandom(random: EngineRandom, worker: number): EngineRandom {
  const digit = worker.toString(16);
  return {
    hex: (length) => (length === 0 ? '' : digit + random.hex(length - 1)),
    uuid: () => digit + random.uuid().slice(1),
    float: () => random.float(),
  };
}

/** The ports of an engine with that seat; as they were given where it is alone. */
export function ownedPorts(seat: WorkerSeat | undefined, ports: EnginePorts): EnginePorts {
  return sharesPorts(seat) ? { ...ports, random: ownedRandom(ports.random, seat.index) } : ports;
}
