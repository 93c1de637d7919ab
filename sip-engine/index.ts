export { createEngine } from './engine.ts';
export { EngineStartError } from './engine-errors.ts';
export { type FlowUri, takeFlowParameter, withFlowParameter } from './engine-flow-uri.ts';
export type * from './lane/types.ts';
export type { SipMessage, TransportName } from './message/index.ts';
export {
  OutgoingMessage,
  parseMessage,
  parseNameAddr,
  parseUri,
  SipInjectionError,
  SipParseError,
  uriEquals,
} from './message/index.ts';
export type * from './ports.ts';
export { createNullCounters, createNullLogger, createSystemClock, createSystemRandom } from './system-ports.ts';
export { createFakeClock, createTimingWheel, type FakeClock } from './timer/index.ts';
export type { TimerValues } from './transaction/index.ts';
export {
  checkCertificate,
  type ListenPoint,
  type ListenSpec,
  listCertificates,
  type PeerCertificate,
} from './transport/index.ts';
export type * from './types.ts';
export { createWorkerSeats, seatPorts, type WorkerSeat } from './workers/index.ts';
