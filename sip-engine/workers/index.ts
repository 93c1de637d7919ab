export { createSeatedTransport } from './create-transport.ts';
export { ownedPorts } from './owned-random.ts';
export { createWorkerSeats, seatPorts, type WorkerSeat } from './seat.ts';
export type { SeatedTransport } from './seated-transport.ts';
export type { WorkerEvents } from './worker-events.ts';
