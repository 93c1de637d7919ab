import { type Static, type TSchema, Type } from 'typebox';

/** The schema of call test files, which is also the JSON Schema for editors. */
const strict = { additionalProperties: false };
const opt = <T extends TSchema>(schema: T) => Type.Optional(schema);

const NAME = Type.String({ minLength: 1, maxLength: 120 });
const NUMBER = Type.String({
  minLength: 1,
  maxLength: 120,
  description: 'As it is dialled, in quotes: "+31201234567"',
});
const ADDRESS = Type.String({ minLength: 2, maxLength: 64, description: 'IPv4 or IPv6' });

const CALL_FIELDS = {
  from: NUMBER,
  to: NUMBER,
  trunk: opt(Type.String({ minLength: 1, maxLength: 245, description: 'The trunk that calls' })),
  carrier: opt(
    Type.String({ minLength: 1, maxLength: 120, description: 'The carrier that calls. Default: the first' }),
  ),
  source: opt(ADDRESS),
  private: opt(Type.Boolean({ description: 'The caller withholds the number' })),
};

const CALL = Type.Object(CALL_FIELDS, { ...strict, title: 'A call' });

const REGISTER = Type.Object(
  {
    trunk: opt(NAME),
    username: opt(Type.String({ minLength: 1, maxLength: 64 })),
    realm: opt(Type.String({ minLength: 1, maxLength: 253 })),
    password: opt(Type.Enum(['right', 'wrong'], { description: 'Default right' })),
    source: opt(ADDRESS),
  },
  { ...strict, title: 'A REGISTER, challenged and answered' },
);

const GIVEN = Type.Object(
  {
    offline: opt(Type.Array(NAME, { description: 'Trunks without a registered PBX; all others have one' })),
    registered: opt(Type.Array(NAME, { description: 'Only these trunks have a registered PBX' })),
    calls: opt(
      Type.Array(Type.Object({ ...CALL_FIELDS, times: opt(Type.Integer({ minimum: 1, maximum: 1000 })) }, strict), {
        description: 'Calls that are up already',
      }),
    ),
    wallet: opt(
      Type.Record(Type.String(), Type.Number(), { description: 'Balance by account, in its currency: {Acme: 0}' }),
    ),
    time: opt(Type.String({ description: 'When it is, with its offset: 2026-11-21T19:00:00+01:00' })),
  },
  { ...strict, title: 'What is so when the case begins' },
);

const PLACE_FIELDS = {
  rings: opt(Type.String({ minLength: 1, maxLength: 245, description: 'The trunk that rings' })),
  carrier: opt(Type.String({ minLength: 1, maxLength: 120, description: 'The carrier it goes out by' })),
  uri: opt(Type.String({ minLength: 1, maxLength: 255, description: 'The SIP URI that is called' })),
};

const EXPECT = Type.Object(
  {
    ...PLACE_FIELDS,
    // biome-ignore lint/suspicious/noThenProperty: it is a word of the file, and no promise
    then: opt(
      Type.Array(Type.Object(PLACE_FIELDS, { ...strict, minProperties: 1, maxProperties: 1 }), {
        description: 'Where it goes when that fails, complete and in order',
      }),
    ),
    result: opt(Type.String()),
    reason: opt(Type.String()),
    status: opt(Type.Integer({ minimum: 200, maximum: 699 })),
    caller_id: opt(Type.String({ minLength: 1, description: 'The number shown, or anonymous' })),
    called: opt(Type.String({ minLength: 1, description: 'The number the called side sees' })),
    direction: opt(Type.Enum(['in', 'out', 'internal'])),
    emergency: opt(Type.Boolean()),
  },
  { ...strict, minProperties: 1, title: 'What must become of it' },
);

const CASE = Type.Object(
  { name: NAME, given: opt(GIVEN), call: opt(CALL), register: opt(REGISTER), expect: EXPECT },
  strict,
);

export const CALL_TESTS_SCHEMA = Type.Object(
  {
    version: Type.Literal(1),
    given: opt(GIVEN),
    cases: Type.Array(CASE, { minItems: 1, maxItems: 2000 }),
  },
  { ...strict, title: 'didfarm call tests' },
);

export type CallTestsFile = Static<typeof CALL_TESTS_SCHEMA>;
export type CallTestCase = CallTestsFile['cases'][number];
export type TestedCall = Static<typeof CALL>;
export type TestedRegister = Static<typeof REGISTER>;
export type Given = Static<typeof GIVEN>;
export type Expectation = Static<typeof EXPECT>;
