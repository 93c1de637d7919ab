import { resolveTxt } from 'node:dns/promises';
import type { Config } from '../config/index.ts';
import { isOwnable } from '../tenancy/index.ts';
import type { AdminDeps } from './deps.ts';
import { fieldError } from './errors.ts';
import type { Principal } from './principal.ts';
import type { DomainRow } from './store-port.ts';

/** Whether and how it is checked who owns a SIP domain. */
export interface DomainCheck {
  /** Tenants may use a domain only when they have shown that it is theirs. */
  readonly isRequired: boolean;
  /** The texts of the TXT records of a name; rejects as node:dns does. */
  resolveTxt(name: string): Promise<readonly (readonly string[])[]>;
}

/** By the system's DNS, as configured. */
export function createDomainCheck(config: Pick<Config, 'domains'>): DomainCheck {
  return { isRequired: config.domains.verify, resolveTxt };
}

/** The record that shows it; the uuid is known to the owner of the row only. */
export function verificationRecord({ domain, uuid }: Pick<DomainRow, 'domain' | 'uuid'>) {
  return { type: 'TXT', name: `_didfarm.${domain}`, value: `didfarm-verification=${uuid}` };
}

/** Whether this caller may use only domains that are shown to be theirs. */
export function checksDomains(deps: AdminDeps, principal: Principal): boolean {
  return deps.domainCheck?.isRequired === true && principal.kind !== 'operator';
}

/** Whether a domain that this caller adds must be shown to be its own. */
export function needsCheck(deps: AdminDeps, principal: Principal, domain: string): boolean {
  return checksDomains(deps, principal) && isOwnable(domain);
}

/** @throws {ApiError} when the record is not there, with what to put where. */
export async function checkOwnership(deps: AdminDeps, domain: DomainRow): Promise<void> {
  const { name, value } = verificationRecord(domain);
  const found = await lookUp(deps, name);
  if (found.some((texts) => texts.join('') === value)) return;
  const saw = found.length === 0 ? 'there is no such record yet' : `it says ${JSON.stringify(found[0]?.join(''))}`;
  throw fieldError('domain', `put the TXT record "${value}" at ${name} and ask again; ${saw}`);
}

async function lookUp(deps: AdminDeps, name: string): Promise<readonly (readonly string[])[]> {
  if (deps.domainCheck === undefined) return [];
  return deps.domainCheck.resolveTxt(name).catch(() => []);
}
