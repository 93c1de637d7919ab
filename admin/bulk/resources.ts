import type { BulkJobRow } from '../store-port.ts';
import { ACCOUNT_ROWS } from './account-rows.ts';
import type { BulkResource } from './bulk-resource.ts';
import { DID_ROWS } from './did-rows.ts';
import { TRUNK_ROWS } from './trunk-rows.ts';

/** What can be imported and exported in bulk. */
export const BULK_RESOURCES: Readonly<Record<BulkJobRow['resource'], BulkResource>> = {
  trunks: TRUNK_ROWS,
  dids: DID_ROWS,
  accounts: ACCOUNT_ROWS,
};
