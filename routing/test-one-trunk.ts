import { accountRecord, carrierRecord, type DeltaFields, didRecord, trunkRecord } from '../tenancy/index.ts';

/** The trunk that the only number, +31201234567, rings. */
export const trunk = trunkRecord({ id: 1, username: 'acme' });

/** A stage's tenants: one account with one trunk and one number, and the carrier that calls it from 127.0.0.2. */
export const fields = (): DeltaFields => ({
  accounts: [accountRecord({ id: 1 })],
  trunks: [trunk],
  dids: [didRecord({ id: 1, number: '+31201234567', destination: { kind: 'trunk', trunkId: 1 } })],
  carriers: [carrierRecord({ id: 1, sources: ['127.0.0.2'] })],
});
