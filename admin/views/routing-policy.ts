import { type TObject, type TSchema, Type } from 'typebox';
import { type PolicyOwner, policySchema, REGISTRATION_KEYS } from '../../tenancy/index.ts';
import type { StoredPolicy } from '../policy-store-port.ts';
import { nullable } from '../shapes.ts';

/** What a PATCH takes: any key of that owner's, `null` to clear it. */
export function policyPatchShape(owner: PolicyOwner): TObject {
  const keys = Object.entries(policySchema(owner).properties).map(
    ([key, schema]) => [key, Type.Optional(nullable(schema))] as const,
  );
  return Type.Object(Object.fromEntries(keys), { additionalProperties: false });
}

/** What is set; keys that are not are left out. */
export function policyShape(owner: PolicyOwner): TSchema {
  return policySchema(owner);
}

/** A carrier's registration is a resource of its own. */
export function policyView({ registration: _, ...policy }: StoredPolicy) {
  return policy;
}

export const REGISTRATION_PATCH = Type.Object(
  {
    registrar: Type.Optional(REGISTRATION_KEYS.registrar),
    username: Type.Optional(REGISTRATION_KEYS.username),
    password: Type.Optional(
      Type.String({ minLength: 1, maxLength: 128, description: 'Kept encrypted and never shown again.' }),
    ),
    domain: Type.Optional(nullable(REGISTRATION_KEYS.domain)),
    auth_username: Type.Optional(nullable(REGISTRATION_KEYS.auth_username)),
    expires_sec: Type.Optional(nullable(REGISTRATION_KEYS.expires_sec)),
  },
  { additionalProperties: false },
);
