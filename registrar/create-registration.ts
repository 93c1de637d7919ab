import { type AuthService, type AuthServiceOptions, createAuth } from '../auth/index.ts';
import type { Step } from '../telemetry/index.ts';
import type { RegisterContext } from './context.ts';
import { Moment } from './moment.ts';
import type { RegistrarOptions } from './options.ts';
import { Registrar } from './registrar.ts';

export type RegistrationOptions = Omit<RegistrarOptions, 'auth' | 'config'> & {
  readonly registration: RegistrarOptions['config'];
  readonly auth: Omit<AuthServiceOptions, 'directory' | 'nowMs' | 'holdsBinding' | 'isBound' | 'isPeer'>;
  /** Whether a carrier that we are registered at answers from that address (P26). @default none does */
  readonly isCarrierNode?: (address: string) => boolean;
};

export interface Registration {
  readonly auth: AuthService;
  readonly registrar: Registrar;
}

/** Authentication and registrar, each knowing what it must of the other. */
export function wireRegistration(options: RegistrationOptions, steps: readonly Step<RegisterContext>[]): Registration {
  const { directory } = options;
  const moment = new Moment(options.nowMs);
  const auth = createAuth({
    ...options.auth,
    directory,
    nowMs: moment.nowMs,
    isPeer: (address) =>
      directory.findCarrierBySource(address) !== undefined ||
      directory.findIpTrunks(address).length > 0 ||
      options.isCarrierNode?.(address) === true,
    holdsBinding: (address) => registrar.hasBindingFrom(address),
    isBound: (trunkId, request) => registrar.isBound(trunkId, request),
  });
  const registrar = new Registrar({ ...options, auth, config: options.registration }, steps, moment);
  return { auth, registrar };
}
