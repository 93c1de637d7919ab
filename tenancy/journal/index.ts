export { loadBindings, saveBindings, shareBindings } from './bindings.ts';
export { askForCallEvents } from './call-events.ts';
export {
  type CallQuery,
  findCall,
  listCalls,
  loadOpenCalls,
  type StoredCall,
  saveCalls,
  settleOpenCalls,
} from './calls.ts';
export { type FailureQuery, listRegisterFailures, saveRegisterFailures } from './register-failures.ts';
export { applyRetention, type Removed, type RetentionBounds } from './retention.ts';
export { saveSipEvents } from './save-sip-events.ts';
export { loadLostTrunks, loadTrunkStates, saveTrunkStates, type TrunkState } from './trunk-states.ts';
