export type { CallOutcome, CallPlace } from './call-outcome.ts';
export { CallSimulator, type SimulatorWorld } from './call-simulator.ts';
export { GivenBindings, NOWHERE } from './given-bindings.ts';
export { firstAddress, type ImaginedCall } from './imagine-invite.ts';
export { type RegisterSimulation, type RegisterWorld, simulateRegister } from './register-simulator.ts';
