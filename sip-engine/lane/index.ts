export { DirectCalls } from './call-lane.ts';
export type * from './types.ts';
