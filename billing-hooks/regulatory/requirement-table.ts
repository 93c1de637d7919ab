/**
 * Which documents a number waits for, by type: the rule, and the countries that ask for more. Rules of regulators change;
 * what is here is what this server asks for before it hands documents on.
 */
export const KINDS = {
  identity: {
    name: 'Identity',
    description: 'Passport or identity card of the person who uses the number, or who may sign for the company.',
  },
  company_extract: {
    name: 'Company register extract',
    description: 'Extract of the company register, not older than six months.',
  },
  address_proof: {
    name: 'Proof of address',
    description: 'Utility bill, bank statement or tax letter, not older than three months.',
  },
  local_address_proof: {
    name: 'Proof of an address in the area',
    description: 'Utility bill or lease of an address within the area of the number, not older than three months.',
  },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly description: string }>>;

export type DocumentKind = keyof typeof KINDS;

/** What every country asks for that asks for anything. */
export const BY_TYPE = {
  local: ['identity', 'address_proof'],
  national: ['identity', 'address_proof'],
  mobile: ['identity', 'address_proof'],
  toll_free: ['identity', 'company_extract'],
} as const satisfies Readonly<Record<string, readonly DocumentKind[]>>;

/** Local numbers of these are given to addresses in their area only. */
export const LOCAL_ADDRESS: ReadonlySet<string> = new Set(
  'AT BE BR CH CZ DE DK ES FR GR HR HU ID IN IT JP KR LU MX NO PL PT RO SE SG SK TR ZA'.split(' '),
);

/** Companies show their extract for every number of these. */
export const COMPANY_ALWAYS: ReadonlySet<string> = new Set(
  'AE BH BR EG ID IL IN JO JP KE KR MA MY NG PH SA TH TN TR VN ZA'.split(' '),
);
