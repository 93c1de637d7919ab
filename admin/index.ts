export type { ApiOperations } from './api-types.ts';
export { createAdminApp } from './app.ts';
export type { AdminDeps } from './deps.ts';
export { createDomainCheck, type DomainCheck } from './domain-check.ts';
export { API_ERRORS, ApiError, type ApiErrorCode } from './errors.ts';
export { type SipAccess, sipAccessOf } from './pbx/sip-access.ts';
export type {
  Ban,
  CallFilter,
  RecordStore,
  RegistrationStatus,
  SipPort,
  SipQueries,
  SipQuery,
  SipStats,
  StoredCall,
  StoredFailure,
} from './ports.ts';
export { describeApi } from './reference/describe-api.ts';
export type {
  Advanced,
  CallOutcome,
  CallRequest,
  NewPbx,
  PbxBehaviour,
  SandboxPort,
  SimulatedPbx,
  TestCaller,
  TestPhones,
  TestWorldPort,
} from './sandbox-port.ts';
export { createAdminStore, createRecordStore } from './store/index.ts';
export type { AdminStore } from './stores.ts';
