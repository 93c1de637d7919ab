export type { Admission, Claim, Lease } from './admission/admission.ts';
export { MemoryAdmission } from './admission/memory-admission.ts';
export { createCallSteps } from './call-steps.ts';
export type {
  AuthVerdict,
  CallClock,
  CallRandom,
  CallSink,
  RoutingAuth,
  RoutingBindings,
  RoutingDirectory,
} from './ports.ts';
