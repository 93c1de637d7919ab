import { type Static, Type } from 'typebox';
import { TLS_SUBJECTS } from '../../tenancy/index.ts';
import { orNull, setOf } from '../closed-sets.ts';
import type { RegistrationStatus } from '../ports.ts';
import { CEILING, COUNTRY, ID_OR_UUID, isoTime, NAME, NOTES, nullable } from '../shapes.ts';
import type { TrunkRow } from '../store-port.ts';
import type { TrunkFields } from '../stores.ts';
import { PBX_CONFIG_SHAPE, PBX_KIND } from './pbx-config.ts';
import { REGISTRATION_SHAPE, registrationView } from './registration.ts';

const AUTH_TYPE = setOf<TrunkRow['authType']>({ digest: true, ip: true, 'digest+ip': true });
export const TRUNK_KIND = setOf<TrunkRow['kind']>({ trunk: true, extension: true, dialer: true });
export const TRUNK_STATUS = setOf<TrunkRow['status']>({
  provisioning: true,
  active: true,
  suspended: true,
  deleted: true,
});
const CONTACT_POLICY = setOf<TrunkRow['contactPolicy']>({ replace_oldest: true, reject: true, fork: true });
const RURI_MODE = setOf<NonNullable<TrunkRow['ruriMode']>>({ contact: true, did: true });
const SOURCE = Type.String({ minLength: 2, maxLength: 64, pattern: '^[0-9a-fA-F:./]+$' });

/** What may be changed on a trunk at any time. */
export const TRUNK_FIELDS = {
  name: Type.Optional(NAME),
  auth_type: Type.Optional(AUTH_TYPE),
  max_in: Type.Optional(CEILING),
  max_out: Type.Optional(CEILING),
  max_dialer: Type.Optional(CEILING),
  max_contacts: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  contact_policy: Type.Optional(CONTACT_POLICY),
  ruri_mode: Type.Optional(nullable(RURI_MODE)),
  profile: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 40 }))),
  allow_no_qop: Type.Optional(Type.Boolean()),
  sources: Type.Optional(Type.Array(SOURCE, { maxItems: 100 })),
  ip_target: Type.Optional(nullable(Type.String({ minLength: 1, maxLength: 300 }))),
  country: Type.Optional(nullable(COUNTRY)),
  notes: Type.Optional(NOTES),
};

export const IDENTITY = {
  realm: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
  username: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._~+-]+$' })),
};

export const TRUNK_CREATE = Type.Object(
  {
    ...TRUNK_FIELDS,
    name: NAME,
    kind: Type.Optional(TRUNK_KIND),
    pbx: Type.Optional(PBX_KIND),
    account_id: Type.Optional(ID_OR_UUID),
    tls_subjects: Type.Optional(TLS_SUBJECTS),
    ...IDENTITY,
  },
  { additionalProperties: false },
);

export const TRUNK_UPDATE = Type.Object(
  { ...TRUNK_FIELDS, status: Type.Optional(Type.Enum(['active', 'suspended'])) },
  { additionalProperties: false, minProperties: 1 },
);

const SHOWN = {
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  name: Type.String(),
  kind: TRUNK_KIND,
  auth_type: AUTH_TYPE,
  sip_server: Type.String({ description: 'What the PBX registers to; also the digest realm.' }),
  realm: Type.String(),
  username: Type.String(),
  status: TRUNK_STATUS,
  max_in: nullable(Type.Integer()),
  max_out: nullable(Type.Integer()),
  max_dialer: nullable(Type.Integer()),
  max_contacts: Type.Integer(),
  contact_policy: CONTACT_POLICY,
  ruri_mode: orNull(RURI_MODE),
  profile: nullable(Type.String()),
  allow_no_qop: Type.Boolean(),
  sources: Type.Array(Type.String()),
  ip_target: nullable(Type.String()),
  country: nullable(Type.String()),
  notes: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  registration: REGISTRATION_SHAPE,
};

export const TRUNK_SHAPE = Type.Object(SHOWN);

/** The only answer that has a password beside the one to regenerate-credentials. */
export const TRUNK_CREATED_SHAPE = Type.Object({
  ...SHOWN,
  password: nullable(Type.String({ description: 'Told here and never again.' })),
  pbx_config: Type.Optional(PBX_CONFIG_SHAPE),
});

/** A trunk as the API shows it. */
export function trunkView(trunk: TrunkRow, registration: RegistrationStatus | undefined) {
  return {
    id: trunk.id,
    uuid: trunk.uuid,
    account_id: trunk.accountId,
    name: trunk.name,
    kind: trunk.kind,
    auth_type: trunk.authType,
    sip_server: trunk.realm,
    realm: trunk.realm,
    username: trunk.username,
    status: trunk.status,
    max_in: trunk.maxIn,
    max_out: trunk.maxOut,
    max_dialer: trunk.maxDialer,
    max_contacts: trunk.maxContacts,
    contact_policy: trunk.contactPolicy,
    ruri_mode: trunk.ruriMode,
    profile: trunk.profile,
    allow_no_qop: trunk.allowNoQop,
    sources: trunk.sources,
    ip_target: trunk.ipTarget,
    country: trunk.country,
    notes: trunk.notes,
    created_at: isoTime(trunk.createdAtMs),
    updated_at: isoTime(trunk.updatedAtMs),
    registration: registrationView(registration),
  };
}

/** The store's fields of a request; absent ones stay absent. */
export function trunkFields(body: Static<typeof TRUNK_UPDATE> & Partial<Static<typeof TRUNK_CREATE>>): TrunkFields {
  return {
    name: body.name,
    kind: body.kind,
    authType: body.auth_type,
    realm: body.realm?.toLowerCase(),
    username: body.username,
    status: body.status,
    maxIn: body.max_in,
    maxOut: body.max_out,
    maxDialer: body.max_dialer,
    maxContacts: body.max_contacts,
    contactPolicy: body.contact_policy,
    ruriMode: body.ruri_mode,
    profile: body.profile,
    allowNoQop: body.allow_no_qop,
    sources: body.sources,
    tlsSubjects: body.tls_subjects,
    ipTarget: body.ip_target,
    country: body.country,
    notes: body.notes,
  };
}
