export { DirectCalls } from './call-lane.ts';
export { incomingOf } from './lane-request.ts';
export type * from './types.ts';
