import { type Static, type TObject, type TSchema, Type } from 'typebox';

/**
 * Routing policies as they are stored, sent through the API and, with names in the place of ids, written in tenant
 * files. A key that is left out sets nothing.
 */
const STRICT = { additionalProperties: false } as const;
const TEXT = Type.String({ maxLength: 200 });
const HOST = '(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9._-]+)';

const PLAN = Type.Array(
  Type.Union([
    Type.Object({ prefix: TEXT, strip: Type.Integer({ minimum: 0, maximum: 64 }), add: TEXT }, STRICT),
    Type.Object({ match: TEXT, replace: TEXT }, STRICT),
  ]),
  { maxItems: 50, description: 'The first rule that fits is applied' },
);
const DESTINATIONS = Type.Array(Type.String({ pattern: '^(\\+[0-9]{1,15}|[A-Z]{2})$' }), {
  maxItems: 1000,
  description: 'Prefixes (+882) and countries (KP)',
});
const RATE = Type.Integer({ minimum: 0, maximum: 100_000, description: 'New calls a second' });
const TIME = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });

const HOURS = Type.Object(
  {
    timezone: Type.String({ minLength: 1, maxLength: 64, description: 'Such as Europe/Amsterdam' }),
    open: Type.Array(
      Type.Object(
        {
          days: Type.Array(Type.Enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), { minItems: 1, maxItems: 7 }),
          from: TIME,
          to: Type.String({ pattern: '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$' }),
        },
        STRICT,
      ),
      { maxItems: 50 },
    ),
  },
  STRICT,
);

/** Where calls go instead; `to` is one of trunk, number and URI. */
const disaster = <T extends Parameters<typeof Type.Object>[0]>(trunk: T) =>
  Type.Object(
    {
      ...trunk,
      number: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{3,15}$' })),
      uri: Type.Optional(Type.String({ maxLength: 200, pattern: '^sips?:[^\\s<>]+$' })),
      after_sec: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
      caller_id: Type.Optional(Type.String({ pattern: '^\\+?[0-9]{3,15}$' })),
    },
    STRICT,
  );

const HEADER_NAMES = Type.Array(
  Type.String({ pattern: '^(X-[A-Za-z0-9-]{1,60}|Call-Info|Organization|P-Charging-Vector|Geolocation)$' }),
  { maxItems: 20, description: 'Headers of the INVITE that cross this side, beyond those that always do' },
);

/** Names in a client certificate that tell who calls (F-128). */
export const TLS_SUBJECTS = Type.Array(Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.*_-]+$' }), {
  maxItems: 20,
});

const KEYS = {
  dial_plan: Type.Optional(PLAN),
  gateway_plan: Type.Optional(PLAN),
  caller_plan: Type.Optional(PLAN),
  calls_per_second: Type.Optional(RATE),
  calls_per_second_out: Type.Optional(RATE),
  blocked: Type.Optional(DESTINATIONS),
  allowed: Type.Optional(DESTINATIONS),
  hours: Type.Optional(HOURS),
  disaster: Type.Optional(disaster({ trunk_id: Type.Optional(Type.Integer({ minimum: 1 })) })),
  caller_id: Type.Optional(Type.Enum(['owned', 'trusted'])),
  tls_subjects: Type.Optional(TLS_SUBJECTS),
  refer: Type.Optional(Type.Enum(['pass', 'local', 'reject'])),
  redirect: Type.Optional(Type.Enum(['follow', 'reject'])),
  private_media: Type.Optional(Type.Enum(['warn', 'refuse'])),
  pass_headers: Type.Optional(HEADER_NAMES),
  location: Type.Optional(Type.String({ maxLength: 300, pattern: '^(https?|sips?|pres):[^\\s<>"]+$' })),
  attestation: Type.Optional(Type.Enum(['A', 'B', 'C'])),
} as const;

/** Of the carrier; what the API takes. The password is stored sealed and never shown. */
export const REGISTRATION_KEYS = {
  registrar: Type.String({
    maxLength: 300,
    pattern: `^${HOST}(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?$`,
    description: 'host[:port][;transport=udp|tcp|tls]',
  }),
  username: Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s<>@"]+$' }),
  domain: Type.Optional(Type.String({ maxLength: 253, pattern: `^${HOST}$` })),
  auth_username: Type.Optional(Type.String({ minLength: 1, maxLength: 64, pattern: '^[^\\s"]+$' })),
  expires_sec: Type.Optional(Type.Integer({ minimum: 30, maximum: 86_400 })),
} as const;

const STORED_REGISTRATION = Type.Object({ ...REGISTRATION_KEYS, password_sealed: Type.String() }, STRICT);

/** Every key there is: what a row of `routing_policies` may hold. */
export const STORED_POLICY = Type.Object({ ...KEYS, registration: Type.Optional(STORED_REGISTRATION) }, STRICT);
export type StoredPolicy = Static<typeof STORED_POLICY>;
export type StoredRegistration = Static<typeof STORED_REGISTRATION>;
export type PolicyKey = keyof typeof KEYS;

export type PolicyOwner = 'account' | 'trunk' | 'did' | 'carrier';

/** Which keys mean something of whom. */
export const POLICY_KEYS = {
  account: [
    'calls_per_second',
    'blocked',
    'allowed',
    'hours',
    'caller_id',
    'refer',
    'redirect',
    'private_media',
    'pass_headers',
    'location',
    'attestation',
  ],
  trunk: [
    'dial_plan',
    'caller_plan',
    'calls_per_second',
    'blocked',
    'allowed',
    'hours',
    'disaster',
    'caller_id',
    'tls_subjects',
    'refer',
    'redirect',
    'private_media',
    'pass_headers',
    'location',
    'attestation',
  ],
  did: ['disaster', 'location'],
  carrier: [
    'dial_plan',
    'gateway_plan',
    'caller_plan',
    'calls_per_second',
    'calls_per_second_out',
    'hours',
    'tls_subjects',
    'refer',
    'redirect',
    'pass_headers',
    'attestation',
  ],
} as const satisfies Readonly<Record<PolicyOwner, readonly PolicyKey[]>>;

/** Limits of an account that only whoever is above it sets. */
export const GIVEN_KEYS: readonly PolicyKey[] = ['calls_per_second', 'blocked', 'allowed', 'hours'];

/** What a tenant may not grant itself. */
export const OPERATOR_KEYS: readonly PolicyKey[] = ['caller_id', 'attestation'];

/** The schema of one owner's policy. `trunks: 'name'` is the tenant file's form, where ids are names. */
export function policySchema(owner: PolicyOwner, trunks: 'id' | 'name' = 'id'): TObject<Record<string, TSchema>> {
  const named = {
    ...KEYS,
    disaster: Type.Optional(disaster({ trunk: Type.Optional(Type.String({ maxLength: 120 })) })),
  };
  const keys = trunks === 'id' ? KEYS : named;
  const own = POLICY_KEYS[owner].map((key) => [key, keys[key]] as const);
  return Type.Object(Object.fromEntries(own), { ...STRICT, description: `What routing is told of this ${owner}` });
}
