import type { EnginePorts } from '../ports.ts';
import { createTransportLayer, type TransportOptions } from '../transport/index.ts';
import { CallTransport } from './call-transport.ts';
import { HomeTransport } from './home-transport.ts';
import { HOME, sharesPorts, type WorkerSeat } from './seat.ts';
import type { SeatedTransport } from './seated-transport.ts';
import type { WorkerEvents } from './worker-events.ts';

/** The transport of an engine with that seat; without one, or without others, nothing is in its way. */
export function createSeatedTransport(
  seat: WorkerSeat | undefined,
  options: TransportOptions,
  events: WorkerEvents,
  ports: EnginePorts,
): SeatedTransport {
  if (!sharesPorts(seat)) return createTransportLayer(options, events, ports);
  return seat.index === HOME
    ? new HomeTransport(seat, options, events, ports)
    : new CallTransport(seat, options, events, ports);
}
