import { type Static, Type } from 'typebox';
import { objectOrNull, orNull, setOf } from '../closed-sets.ts';
import { fieldError } from '../errors.ts';
import { CEILING, COUNTRY, ID_OR_UUID, isoTime, NAME, NOTES, nullable } from '../shapes.ts';
import type { AccountRow } from '../store-port.ts';
import type { AccountFields } from '../stores.ts';
import { DESTINATION_INPUT, DESTINATION_SHAPE, destinationView, parseDestination } from './did.ts';

export const ACCOUNT_STATUS = setOf<AccountRow['status']>({ active: true, suspended: true, closed: true });
const VOICE_GENDER = setOf<NonNullable<AccountRow['voiceGender']>>({ male: true, female: true });
const E164 = Type.String({ pattern: '^\\+[1-9][0-9]{3,14}$', description: 'E.164 with +.' });

/** Branding and defaults: what an account may change on itself (F-020 to F-025). */
const OWN = {
  brand_name: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 120 }))),
  brand_domain: Type.Optional(nullable(Type.String({ minLength: 3, maxLength: 253 }))),
  timezone: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 64 }))),
  language: Type.Optional(nullable(Type.String({ minLength: 2, maxLength: 2 }))),
  voice_gender: Type.Optional(nullable(VOICE_GENDER)),
  default_cid_number: Type.Optional(nullable(E164)),
  did_default_dest: Type.Optional(nullable(DESTINATION_INPUT)),
  country: Type.Optional(nullable(COUNTRY)),
  notes: Type.Optional(NOTES),
};

/** What only a parent or the operator may change: place in the tree, status, capacity. */
const GIVEN = {
  parent_id: Type.Optional(nullable(ID_OR_UUID)),
  name: Type.Optional(NAME),
  is_reseller: Type.Optional(Type.Boolean()),
  status: Type.Optional(ACCOUNT_STATUS),
  max_in: Type.Optional(CEILING),
  max_out: Type.Optional(CEILING),
  max_dialer: Type.Optional(CEILING),
  bulk: Type.Optional(Type.Boolean({ description: 'More API requests a minute; operator only.' })),
};

export const GIVEN_FIELDS: readonly string[] = Object.keys(GIVEN);

export const ACCOUNT_UPDATE = Type.Object({ ...OWN, ...GIVEN }, { additionalProperties: false, minProperties: 1 });
export const ACCOUNT_CREATE = Type.Object({ ...OWN, ...GIVEN, name: NAME }, { additionalProperties: false });

const EFFECTIVE_SHAPE = Type.Object({
  value: Type.Unknown(),
  from: setOf<'own' | 'inherited' | 'default'>({ own: true, inherited: true, default: true }),
  from_account_id: nullable(Type.Integer({ description: 'Only where that account may be seen.' })),
});

/** The fields that children inherit unless they set their own (F-014, A14). */
const INHERITED = {
  brand_name: 'brandName',
  brand_domain: 'brandDomain',
  timezone: 'timezone',
  language: 'language',
  voice_gender: 'voiceGender',
  default_cid_number: 'defaultCidNumber',
  country: 'country',
  max_in: 'maxIn',
  max_out: 'maxOut',
  max_dialer: 'maxDialer',
} as const satisfies Record<string, keyof AccountRow>;

export const ACCOUNT_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  parent_id: nullable(Type.Integer({ description: 'null also where the parent may not be seen.' })),
  name: Type.String(),
  is_reseller: Type.Boolean(),
  status: ACCOUNT_STATUS,
  brand_name: nullable(Type.String()),
  brand_domain: nullable(Type.String()),
  timezone: nullable(Type.String()),
  language: nullable(Type.String()),
  voice_gender: orNull(VOICE_GENDER),
  default_cid_number: nullable(Type.String()),
  did_default_dest: objectOrNull(DESTINATION_SHAPE),
  country: nullable(Type.String()),
  max_in: nullable(Type.Integer()),
  max_out: nullable(Type.Integer()),
  max_dialer: nullable(Type.Integer()),
  bulk: Type.Boolean(),
  notes: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  effective: Type.Record(Type.String(), EFFECTIVE_SHAPE),
});

/** An account with its effective values and where each comes from. `chain`: itself first, then up to the root. */
export function accountView(chain: readonly AccountRow[], canSee: (id: number) => boolean) {
  const [account] = chain;
  if (account === undefined) throw new RangeError('an account is in its own chain');
  const own = Object.fromEntries(Object.entries(INHERITED).map(([name, key]) => [name, account[key]]));
  return {
    id: account.id,
    uuid: account.uuid,
    parent_id: account.parentId !== null && canSee(account.parentId) ? account.parentId : null,
    name: account.name,
    is_reseller: account.isReseller,
    status: account.status,
    ...own,
    did_default_dest: destinationView(account.didDefaultDest),
    bulk: account.bulk,
    notes: account.notes,
    created_at: isoTime(account.createdAtMs),
    updated_at: isoTime(account.updatedAtMs),
    effective: {
      ...Object.fromEntries(Object.entries(INHERITED).map(([name, key]) => [name, effective(chain, key, canSee)])),
      did_default_dest: effectiveDestination(chain, canSee),
    },
  };
}

function effective(chain: readonly AccountRow[], key: keyof AccountRow, canSee: (id: number) => boolean) {
  const source = chain.find((account) => account[key] !== null);
  if (source === undefined) return { value: null, from: 'default', from_account_id: null };
  const from = source === chain[0] ? 'own' : 'inherited';
  return { value: source[key], from, from_account_id: canSee(source.id) ? source.id : null };
}

/** Where unassigned numbers land: `account_default` leads on to the account above (F-025). */
function effectiveDestination(chain: readonly AccountRow[], canSee: (id: number) => boolean) {
  const source = chain.find(({ didDefaultDest: own }) => own !== null && own.kind !== 'account_default');
  if (source === undefined) return { value: null, from: 'default', from_account_id: null };
  const from = source === chain[0] ? 'own' : 'inherited';
  if (!canSee(source.id)) return { value: { kind: source.didDefaultDest?.kind }, from, from_account_id: null };
  return { value: destinationView(source.didDefaultDest), from, from_account_id: source.id };
}

/** The store's fields of a request; `parent_id` is resolved by the caller. */
export function accountFields(body: Omit<Static<typeof ACCOUNT_UPDATE>, 'parent_id'>): AccountFields {
  return {
    name: body.name,
    isReseller: body.is_reseller,
    status: body.status,
    brandName: body.brand_name,
    brandDomain: body.brand_domain === null ? null : body.brand_domain?.toLowerCase(),
    timezone: body.timezone,
    language: body.language,
    voiceGender: body.voice_gender,
    defaultCidNumber: body.default_cid_number,
    didDefaultDest: defaultDestOf(body.did_default_dest),
    maxIn: body.max_in,
    maxOut: body.max_out,
    maxDialer: body.max_dialer,
    country: body.country,
    bulk: body.bulk,
    notes: body.notes,
  };
}

function defaultDestOf(given: Static<typeof DESTINATION_INPUT> | null | undefined) {
  if (given === undefined || given === null) return given;
  const destination = parseDestination(given);
  if (destination === undefined) throw fieldError('did_default_dest', 'needs an id (of a trunk or group) or a uri');
  return destination;
}
