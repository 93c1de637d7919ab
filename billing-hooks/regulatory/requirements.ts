import type { NumberType } from '../../tenancy/index.ts';
import { COUNTRIES, needsDocuments, offersOf } from '../inventory/index.ts';
import { BY_TYPE, COMPANY_ALWAYS, type DocumentKind, KINDS, LOCAL_ADDRESS } from './requirement-table.ts';

/** What a number of that country and type waits for. */
export interface RequirementSet {
  readonly country: string;
  readonly type: NumberType;
  /** Empty: nothing. */
  readonly kinds: readonly DocumentKind[];
}

const TYPES = Object.keys(BY_TYPE) as readonly NumberType[];

export const DOCUMENT_KINDS = Object.keys(KINDS) as readonly DocumentKind[];

/** The documents for one country and type, whether numbers of it are on sale or not. */
export function requirementsOf(country: string, type: NumberType): RequirementSet {
  if (!needsDocuments(country, type)) return { country, type, kinds: [] };
  const kinds = new Set<DocumentKind>(BY_TYPE[type]);
  if (type === 'local' && LOCAL_ADDRESS.has(country)) {
    kinds.delete('address_proof');
    kinds.add('local_address_proof');
  }
  if (COMPANY_ALWAYS.has(country)) kinds.add('company_extract');
  return { country, type, kinds: [...kinds] };
}

/** The sets of the types that are sold in a country; none where nothing is. */
export function listRequirements(country: string, type?: NumberType): readonly RequirementSet[] {
  if (!COUNTRIES.includes(country)) return [];
  const sold = new Set(offersOf(country).map((offer) => offer.type));
  return TYPES.filter((each) => sold.has(each) && (type === undefined || each === type)).map((each) =>
    requirementsOf(country, each),
  );
}
