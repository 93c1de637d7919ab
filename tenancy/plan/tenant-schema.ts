import { type Static, type TSchema, Type } from 'typebox';
import { policySchema, REGISTRATION_KEYS } from '../policies/index.ts';
import { NAME_PATTERN } from './name-pattern.ts';

/**
 * The schema of tenant files, which is also the JSON Schema for editors. A field that is left out keeps what
 * is there; `null` clears it.
 */
const strict = { additionalProperties: false };
const opt = <T extends TSchema>(schema: T) => Type.Optional(schema);
const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

const NAME = Type.String({
  minLength: 1,
  maxLength: 120,
  pattern: NAME_PATTERN,
  description: 'one line of text, without control characters',
});
const CEILING = orNull(
  Type.Integer({ minimum: -1, maximum: 1_000_000, description: 'null none or inherited, 0 blocks, -1 unlimited' }),
);
const E164 = Type.String({
  pattern: '^\\+[1-9][0-9]{3,14}$',
  description: 'an international number in quotes, "+31201234567"',
});
const COUNTRY = orNull(Type.String({ pattern: '^[A-Z]{2}$', description: 'two capital letters, such as NL' }));
const NOTES = opt(Type.String({ maxLength: 2000 }));
const WEIGHTS = {
  priority: opt(Type.Integer({ minimum: 0, maximum: 65535 })),
  weight: opt(Type.Integer({ minimum: 0, maximum: 65535 })),
};
const CEILINGS = { max_in: CEILING, max_out: CEILING, max_dialer: CEILING };

/** Exactly one of these; none at all leaves the number to the defaults up the tree. */
const DESTINATION = Type.Object(
  {
    trunk: opt(NAME),
    trunk_group: opt(NAME),
    extension: opt(NAME),
    uri: opt(Type.String({ pattern: '^sips?:.+', description: 'sip:…' })),
    reject: opt(Type.Literal(true)),
    account_default: opt(Type.Literal(true)),
  },
  { ...strict, maxProperties: 1, minProperties: 1 },
);

const PASSWORD = Type.Object(
  { env: opt(NAME), file: opt(Type.String({ minLength: 1 })) },
  { ...strict, minProperties: 1, maxProperties: 1, description: 'by reference, {env: NAME} or {file: PATH}' },
);

const REGISTRATION = Type.Object(
  { ...REGISTRATION_KEYS, password: opt(PASSWORD) },
  { ...strict, description: 'We register at this carrier' },
);

const TRUNK = Type.Object(
  {
    uuid: opt(Type.String()),
    name: NAME,
    renamed_from: opt(NAME),
    kind: opt(Type.Enum(['trunk', 'extension', 'dialer'])),
    auth_type: opt(Type.Enum(['digest', 'ip', 'digest+ip'])),
    realm: opt(Type.String({ minLength: 1 })),
    username: opt(Type.String({ minLength: 1, maxLength: 64 })),
    password: opt(PASSWORD),
    status: opt(Type.Enum(['active', 'suspended'])),
    ...CEILINGS,
    max_contacts: opt(Type.Integer({ minimum: 1, maximum: 100 })),
    contact_policy: opt(Type.Enum(['replace_oldest', 'reject', 'fork'])),
    ruri_mode: orNull(Type.Enum(['contact', 'did'])),
    profile: orNull(Type.String({ maxLength: 40 })),
    allow_no_qop: opt(Type.Boolean()),
    sources: opt(Type.Array(Type.String())),
    ip_target: orNull(Type.String()),
    country: COUNTRY,
    notes: NOTES,
    routing: orNull(policySchema('trunk', 'name')),
  },
  strict,
);

const GROUP = Type.Object(
  {
    uuid: opt(Type.String()),
    name: NAME,
    renamed_from: opt(NAME),
    strategy: opt(Type.Enum(['priority', 'round_robin'])),
    members: opt(Type.Array(Type.Object({ trunk: NAME, ...WEIGHTS }, strict))),
  },
  strict,
);

const DID = Type.Object(
  {
    number: E164,
    block_size: opt(Type.Integer({ minimum: 1, maximum: 100_000 })),
    destination: orNull(DESTINATION),
    status: opt(Type.Enum(['active', 'suspended'])),
    country: COUNTRY,
    type: orNull(Type.Enum(['local', 'national', 'mobile', 'toll_free'])),
    city: orNull(Type.String({ maxLength: 80 })),
    notes: NOTES,
    sms_enabled: opt(Type.Boolean()),
    routing: orNull(policySchema('did', 'name')),
  },
  strict,
);

const DOMAIN = Type.Object(
  {
    domain: Type.String({ minLength: 1 }),
    digest_algorithms: orNull(Type.Array(Type.Enum(['MD5', 'SHA-256', 'SHA-512-256']), { minItems: 1 })),
  },
  strict,
);

const RECORD_STREAM = Type.Object(
  {
    url: Type.String({ minLength: 10, maxLength: 2000, description: 'https:// or http://; names the stream' }),
    secret: opt(PASSWORD),
    status: opt(Type.Enum(['active', 'paused'])),
  },
  { ...strict, description: 'Where call records go' },
);

const ACCOUNT = Type.Object(
  {
    uuid: opt(Type.String()),
    name: NAME,
    renamed_from: opt(NAME),
    parent: orNull(NAME),
    is_reseller: opt(Type.Boolean()),
    status: opt(Type.Enum(['active', 'suspended'])),
    brand_name: orNull(Type.String({ maxLength: 120 })),
    brand_domain: orNull(Type.String()),
    timezone: orNull(Type.String()),
    language: orNull(Type.String()),
    voice_gender: orNull(Type.Enum(['male', 'female'])),
    default_cid_number: orNull(E164),
    did_default_dest: orNull(DESTINATION),
    ...CEILINGS,
    country: COUNTRY,
    notes: NOTES,
    routing: orNull(policySchema('account', 'name')),
    sip_domains: opt(Type.Array(DOMAIN)),
    trunks: opt(Type.Array(TRUNK)),
    trunk_groups: opt(Type.Array(GROUP)),
    dids: opt(Type.Array(DID)),
    record_streams: opt(Type.Array(RECORD_STREAM)),
  },
  strict,
);

const CARRIER = Type.Object(
  {
    name: NAME,
    enabled: opt(Type.Boolean()),
    sources: opt(Type.Array(Type.String())),
    gateways: opt(
      Type.Array(
        Type.Object(
          {
            host: Type.String({ minLength: 1 }),
            port: opt(Type.Integer({ minimum: 1, maximum: 65535 })),
            transport: opt(Type.Enum(['udp', 'tcp', 'tls'])),
            ...WEIGHTS,
          },
          strict,
        ),
      ),
    ),
    prefixes: opt(
      Type.Array(Type.Object({ prefix: Type.String(), cost_micros: opt(Type.Integer({ minimum: 0 })) }, strict)),
    ),
    max_in: CEILING,
    max_out: CEILING,
    country: COUNTRY,
    notes: NOTES,
    routing: orNull(policySchema('carrier', 'name')),
    registration: orNull(REGISTRATION),
  },
  strict,
);

export const TENANT_SCHEMA = Type.Object(
  {
    version: Type.Literal(1),
    prune: opt(Type.Boolean({ description: 'What the named accounts have and the file has not is deleted' })),
    carriers: opt(Type.Array(CARRIER)),
    accounts: opt(Type.Array(ACCOUNT)),
  },
  { ...strict, title: 'didfarm tenant file' },
);

export type TenantFile = Static<typeof TENANT_SCHEMA>;
export type AccountEntry = Static<typeof ACCOUNT>;
export type TrunkEntry = Static<typeof TRUNK>;
export type GroupEntry = Static<typeof GROUP>;
export type RecordStreamEntry = Static<typeof RECORD_STREAM>;
export type DidEntry = Static<typeof DID>;
export type CarrierEntry = Static<typeof CARRIER>;
export type RegistrationEntry = Static<typeof REGISTRATION>;
/** Of any owner; the schema says which keys are whose. */
export type PolicyEntry = Readonly<Record<string, unknown>>;
export type DestinationEntry = Static<typeof DESTINATION>;
