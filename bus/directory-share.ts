import type { DidRecord, TrunkRecord } from './directory-records.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/**
 * Rows as columns, each the JSON text of an array, all of one length. The database writes them and the thread that
 * starts reads them: a text crosses between threads at the cost of a copy, a record at that of each of its fields.
 */
export type Columns<Name extends string> = Readonly<Record<Name, string>>;

/** Credentials travel sealed (in hexadecimal) and are opened when the trunk first needs them. */
export type TrunkColumn =
  | Exclude<keyof TrunkRecord, 'ha1' | 'previousHa1' | 'routing'>
  | 'ha1Sealed'
  | 'previousHa1Sealed'
  | 'previousHa1UntilMs';

export type DidColumn = Exclude<keyof DidRecord, 'destination' | 'routing'> | 'destKind' | 'destId' | 'destUri';

/** Routing policies by id of their owner; few have any. */
export type Policies = readonly (readonly [ownerId: number, policy: RoutingPolicy])[];

/** A part of a whole directory, behind the delta with `reset` of the same version; many make up the whole. */
export type DirectoryShare = { readonly version: number; readonly policies: Policies } & (
  | { readonly kind: 'trunks'; readonly columns: Columns<TrunkColumn> }
  | { readonly kind: 'dids'; readonly columns: Columns<DidColumn> }
);

/** Bindings of before a restart: `records` is the JSON text of an array of `BindingRecord`. */
export interface BindingShare {
  readonly records: string;
  /** JSON text of an array: ahead of each record by the refreshes since it was written. */
  readonly expiresAtMs: string;
}
