import type { Ha1Set, TrunkRecord } from '../../../bus/index.ts';
import { openHa1, type SecretBox } from '../../secrets/index.ts';
import type { Row } from '../schema.ts';
import type { Stamped } from './common.ts';

/** A trunk as it is administered; HA1s stay in the store. */
export interface TrunkRow extends Omit<TrunkRecord, 'ha1' | 'previousHa1'>, Stamped {
  readonly notes: string;
  /** Until when the password before the last change is good too, epoch ms. */
  readonly previousPasswordUntilMs: number | null;
}

/** What a `TrunkRow` is made of: no blobs, which cost more to read than all the rest. */
export const TRUNK_COLUMNS = [
  'id',
  'uuid',
  'accountId',
  'name',
  'kind',
  'authType',
  'realm',
  'username',
  'status',
  'maxIn',
  'maxOut',
  'maxDialer',
  'maxContacts',
  'contactPolicy',
  'ruriMode',
  'profile',
  'allowNoQop',
  'sources',
  'ipTarget',
  'country',
  'notes',
  'previousHa1UntilMs',
  'rowVersion',
  'createdAtMs',
  'updatedAtMs',
] as const satisfies readonly (keyof Row<'trunks'>)[];

export function toTrunkRow(row: Pick<Row<'trunks'>, (typeof TRUNK_COLUMNS)[number]>): TrunkRow {
  return {
    id: row.id,
    uuid: row.uuid,
    accountId: row.accountId,
    name: row.name,
    kind: row.kind,
    authType: row.authType,
    realm: row.realm,
    username: row.username,
    status: row.status,
    maxIn: row.maxIn,
    maxOut: row.maxOut,
    maxDialer: row.maxDialer,
    maxContacts: row.maxContacts,
    contactPolicy: row.contactPolicy,
    ruriMode: row.ruriMode,
    profile: row.profile,
    allowNoQop: row.allowNoQop === 1,
    sources: row.sources === '[]' ? [] : (JSON.parse(row.sources) as string[]),
    ipTarget: row.ipTarget,
    country: row.country,
    notes: row.notes,
    previousPasswordUntilMs: row.previousHa1UntilMs,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
    version: row.rowVersion,
  };
}

/** The columns that SIP's record is made of. */
export type TrunkRecordColumns = Omit<
  Row<'trunks'>,
  'notes' | 'deletedAtMs' | 'rowVersion' | 'createdAtMs' | 'updatedAtMs'
>;

/** What SIP reads of a trunk that has changed. */
export function toTrunkRecord(row: TrunkRecordColumns, secrets: SecretBox): TrunkRecord {
  const until = row.previousHa1UntilMs;
  const previous = row.previousHa1Sealed;
  return Object.freeze({
    id: row.id,
    uuid: row.uuid,
    accountId: row.accountId,
    name: row.name,
    kind: row.kind,
    authType: row.authType,
    realm: row.realm,
    username: row.username,
    ha1: row.ha1Sealed === null ? {} : openHa1(secrets, row.ha1Sealed, row.uuid),
    previousHa1:
      until === null || previous === null ? null : { ha1: openHa1(secrets, previous, row.uuid), untilMs: until },
    status: row.status,
    maxIn: row.maxIn,
    maxOut: row.maxOut,
    maxDialer: row.maxDialer,
    maxContacts: row.maxContacts,
    contactPolicy: row.contactPolicy,
    ruriMode: row.ruriMode,
    profile: row.profile,
    allowNoQop: row.allowNoQop === 1,
    sources: row.sources === '[]' ? NO_SOURCES : (JSON.parse(row.sources) as string[]),
    ipTarget: row.ipTarget,
    country: row.country,
  });
}

const NO_SOURCES: readonly string[] = Object.freeze([]);

export function sealHa1(secrets: SecretBox, ha1: Ha1Set, uuid: string): Buffer {
  return secrets.seal(JSON.stringify(ha1), `trunk:${uuid}`);
}
