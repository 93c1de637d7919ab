import type { Node } from './register-port.ts';

/** How our registration at a carrier stands. */
export type RegistrationPhase = 'trying' | 'registered' | 'failed';

/** Why it does not stand: refused credentials, a refusal, silence, or a challenge that we cannot answer. */
export type RegistrationFault = 'wrong_password' | 'refused' | 'no_answer' | 'unanswerable_challenge';

export interface CarrierRegistrationStatus {
  readonly carrierId: number;
  readonly carrier: string;
  readonly registrar: string;
  readonly state: RegistrationPhase;
  readonly sinceMs: number;
  /** Epoch ms; `null` unless registered. */
  readonly expiresAtMs: number | null;
  /** `address:port;transport` that answered last; `null` before that. */
  readonly node: string | null;
  /** Last status of a REGISTER; `null` when nothing came back. */
  readonly status: number | null;
  readonly fault: RegistrationFault | null;
  /** Epoch ms of the next REGISTER. */
  readonly nextAtMs: number | null;
}

export function nodeText({ address, port, transport }: Node): string {
  return `${address}:${port};${transport}`;
}
