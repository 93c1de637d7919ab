export { note, type Rejection, runSteps, type Step, type Traced, type TraceLine } from './pipeline.ts';
export { REASONS, type Reason, reasonEntry } from './reasons.ts';
export type { ReasonEntry, Result } from './results.ts';
