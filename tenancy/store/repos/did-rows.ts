import type { DidRecord } from '../../../bus/index.ts';
import type { Row } from '../schema.ts';
import type { Stamped } from './common.ts';
import { fromDestinationColumns } from './destination.ts';

export type NumberType = 'local' | 'national' | 'mobile' | 'toll_free';

export interface DidRow extends Omit<DidRecord, 'status' | 'smsEnabled'>, Stamped {
  readonly status: DidRecord['status'] | 'released';
  readonly country: string | null;
  readonly type: NumberType | null;
  readonly city: string | null;
  readonly notes: string;
  readonly smsEnabled: boolean;
  readonly setupFeeMicros: number;
  readonly monthlyRateMicros: number;
  readonly currency: string;
  readonly requiresRegulatory: boolean;
  readonly orderItemId: number | null;
  readonly activatedAtMs: number | null;
  readonly renewsAtMs: number | null;
  readonly releasedAtMs: number | null;
  readonly suspendedAtMs: number | null;
  /** `renewal`: money was missing, so it comes back when there is some. */
  readonly suspendReason: string | null;
  readonly remindedDays: number | null;
}

export const DID_COLUMNS = [
  'id',
  'uuid',
  'accountId',
  'number',
  'blockSize',
  'country',
  'type',
  'city',
  'status',
  'destKind',
  'destId',
  'destUri',
  'notes',
  'smsEnabled',
  'setupFeeMicros',
  'monthlyRateMicros',
  'currency',
  'requiresRegulatory',
  'orderItemId',
  'activatedAtMs',
  'renewsAtMs',
  'releasedAtMs',
  'suspendedAtMs',
  'suspendReason',
  'remindedDays',
  'rowVersion',
  'createdAtMs',
  'updatedAtMs',
] as const satisfies readonly (keyof Row<'dids'>)[];

export function toDidRow(row: Pick<Row<'dids'>, (typeof DID_COLUMNS)[number]>): DidRow {
  return {
    id: row.id,
    uuid: row.uuid,
    accountId: row.accountId,
    number: row.number,
    blockSize: row.blockSize,
    country: row.country,
    type: row.type,
    city: row.city,
    status: row.status,
    destination: fromDestinationColumns(row),
    notes: row.notes,
    smsEnabled: row.smsEnabled === 1,
    setupFeeMicros: row.setupFeeMicros,
    monthlyRateMicros: row.monthlyRateMicros,
    currency: row.currency,
    requiresRegulatory: row.requiresRegulatory === 1,
    orderItemId: row.orderItemId,
    activatedAtMs: row.activatedAtMs,
    renewsAtMs: row.renewsAtMs,
    releasedAtMs: row.releasedAtMs,
    suspendedAtMs: row.suspendedAtMs,
    suspendReason: row.suspendReason,
    remindedDays: row.remindedDays,
    createdAtMs: row.createdAtMs,
    updatedAtMs: row.updatedAtMs,
    version: row.rowVersion,
  };
}
