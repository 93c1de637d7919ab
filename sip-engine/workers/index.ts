export { createSeatedTransport } from './create-transport.ts';
export { ownedPorts, ownedRandom } from './owned-random.ts';
export { createWorkerSeats, MOST_WORKERS, seatPorts, type WorkerSeat } from './seat.ts';
export type { SeatedTransport } from './seated-transport.ts';
export type { WorkerEvents } from './worker-events.ts';
