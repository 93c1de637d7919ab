export { ownedRandom } from './owned-random.ts';
export { ownerOf } from './owner.ts';
export { createWorkerSeats, MOST_WORKERS, seatPorts, type WorkerSeat } from './seat.ts';
