import type { CallRecord } from './events.ts';

/** What the store keeps of a call in columns of its own, in their order; the whole record is beside it. */
export type CallColumns = readonly [
  uuid: string,
  accountId: number | null,
  trunkId: number | null,
  didId: number | null,
  carrierId: number | null,
  direction: CallRecord['direction'],
  from: string,
  to: string,
  startedAtMs: number,
  answeredAtMs: number | null,
  endedAtMs: number | null,
  result: CallRecord['result'],
  reason: CallRecord['reason'],
  status: number,
];

/** One record on its way to the store. */
export interface CallRow {
  readonly columns: CallColumns;
  readonly isEmergency: boolean;
  /** The whole record as JSON. */
  readonly record: string;
}

/** Records as texts: a tenth of what objects cost to cross between threads, and the store keeps them so. */
export interface PackedCalls {
  /** JSON: a list of `columns` and `isEmergency` for each. */
  readonly heads: string;
  /** JSON, one text each. */
  readonly records: readonly string[];
}

/** Records that wait for their batch. Of one call the last record counts, and only that one is told. */
export class CallBatch {
  /** A new one for each batch: one that is cleared keeps its old records until the whole heap is collected. */
  #records = new Map<string, CallRecord>();

  get size(): number {
    return this.#records.size;
  }

  put(record: CallRecord): void {
    this.#records.set(record.uuid, record);
  }

  take(): PackedCalls {
    const records = [...this.#records.values()];
    this.#records = new Map();
    return packCalls(records);
  }
}

/** Records as texts, and of each what the store has columns for: the main thread parses neither record nor trace. */
export function packCalls(records: readonly CallRecord[]): PackedCalls {
  return {
    heads: JSON.stringify(records.map((record) => [columnsOf(record), record.isEmergency === true])),
    records: records.map((record) => JSON.stringify(record)),
  };
}

/** What `packCalls` has made, a row a record; records stay texts. */
export function unpackCalls({ heads, records }: PackedCalls): readonly CallRow[] {
  const list = JSON.parse(heads) as readonly (readonly [CallColumns, boolean])[];
  return list.map(([columns, isEmergency], at) => ({ columns, isEmergency, record: records[at] ?? '' }));
}

function columnsOf(call: CallRecord): CallColumns {
  return [
    call.uuid,
    call.accountId,
    call.trunkId,
    call.didId,
    call.carrierId,
    call.direction,
    call.from,
    call.to,
    call.startedAtMs,
    call.answeredAtMs,
    call.endedAtMs,
    call.result,
    call.reason,
    call.status,
  ];
}
