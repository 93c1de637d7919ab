export { type RecordedCall, recordedCall } from './recorded-call.ts';
export type { TimedState } from './registration-timeline.ts';
export { Replay, type ReplayedCall, type ReplayReport, type ReplayWorld } from './replay.ts';
