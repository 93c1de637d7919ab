export { createInfoLine, createLogger, type Logger, type LoggerOptions, type PlainFields } from './logger.ts';
export { MainMetrics } from './main-metrics.ts';
export {
  completeTrace,
  type LazilyTraced,
  note,
  type Rejection,
  runSteps,
  runStepsLazily,
  type Step,
  type Traced,
  type TraceLine,
} from './pipeline.ts';
export { REASONS, type Reason, reasonEntry } from './reasons.ts';
export type { ReasonEntry, Result } from './results.ts';
export { type CallMetricSources, type SipMetricSources, SipMetrics, type TrunkSeries } from './sip-metrics.ts';
