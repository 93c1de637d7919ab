export { isZone, type OpenSecret, parseRoutingPolicy } from './parse-policy.ts';
export {
  GIVEN_KEYS,
  OPERATOR_KEYS,
  POLICY_KEYS,
  type PolicyKey,
  type PolicyOwner,
  policySchema,
  REGISTRATION_KEYS,
  STORED_POLICY,
  type StoredPolicy,
  type StoredRegistration,
  TLS_SUBJECTS,
} from './policy-schema.ts';
