import type { RegisterAnswer } from './register-port.ts';

/**
 * How long the registrar keeps our Contact (seconds): its own `expires` there, else the Expires header, else what was
 * asked for (RFC 3261 section 10.2.4).
 */
export function grantedSec(answer: RegisterAnswer, contactUser: string, askedSec: number): number {
  const own = answer
    .headerLines('contact')
    .flatMap((line) => line.split(/,(?=\s*(?:"|<|sips?:))/))
    .find((contact) => contact.includes(`${contactUser}@`));
  const inContact = /;\s*expires\s*=\s*"?(\d{1,9})/i.exec(own ?? '')?.[1];
  const granted = Number(inContact ?? answer.headerLines('expires')[0] ?? askedSec);
  return Number.isFinite(granted) && granted > 0 ? Math.min(granted, 86_400) : askedSec;
}
