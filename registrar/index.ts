import type { Step } from '../telemetry/index.ts';
import type { RegisterContext } from './context.ts';
import { type Registration, type RegistrationOptions, wireRegistration } from './create-registration.ts';
import type { RegistrarOptions } from './options.ts';
import { Registrar } from './registrar.ts';
import { answer } from './steps/answer.ts';
import { authenticate } from './steps/authenticate.ts';
import { checkExtensions } from './steps/check-extensions.ts';
import { checkFirstHop } from './steps/check-first-hop.ts';
import { checkOwnership } from './steps/check-ownership.ts';
import { limitRate } from './steps/limit-rate.ts';
import { parseContacts } from './steps/read-contacts.ts';
import { refuseSharedContact } from './steps/refuse-shared-contact.ts';
import { refuseWhenUnready } from './steps/refuse-when-unready.ts';
import { repeatAnswer } from './steps/repeat-answer.ts';
import { resolveRealm } from './steps/resolve-realm.ts';
import { updateBindings } from './steps/update-bindings.ts';

/** What happens to a REGISTER (RFC 3261 section 10.3), in this order; one file a step. */
export const REGISTER_STEPS: readonly Step<RegisterContext>[] = [
  refuseWhenUnready,
  limitRate,
  repeatAnswer,
  resolveRealm,
  checkExtensions,
  authenticate,
  checkOwnership,
  parseContacts,
  checkFirstHop,
  refuseSharedContact,
  updateBindings,
  answer,
];

/** Authentication and registrar together, over one directory and one clock. */
export function createRegistration(options: RegistrationOptions): Registration {
  return wireRegistration(options, REGISTER_STEPS);
}

/** The registrar over one directory, one clock and, if it has one, an engine that can send. */
export function createRegistrar(options: RegistrarOptions): Registrar {
  return new Registrar(options, REGISTER_STEPS);
}

export type { LiveBinding, Liveness } from './binding.ts';
export { BindingMirror, type MirrorNews, type TrunkBindings } from './binding-mirror.ts';
export type { Registration, RegistrationOptions } from './create-registration.ts';
export { bindDirect, inboundOfDirect } from './direct-binding.ts';
export {
  bindDrachtio,
  type DrachtioRequest,
  type DrachtioResponse,
} from './drachtio-binding.ts';
export { FailureRings } from './failure-rings.ts';
export type { RegistrarDirectory, RegistrarEngine, RegistrarEvents, RegistrarOptions } from './options.ts';
export { createOptionsHandler, type OptionsHandlerOptions } from './options-handler.ts';
export type { ProbeRequest, ProbeResult, SendProbe } from './prober.ts';
export { isProvenFailure, PROVEN_REASONS } from './proven-failures.ts';
export type { RegisterOutcome } from './register-outcome.ts';
export type { Registrar, RegistrationView } from './registrar.ts';
export { uriEquals } from './uri-equals.ts';
