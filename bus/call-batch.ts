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
  /** JSON: a list of what stands beside each record. */
  readonly heads: string;
  /** JSON, one text each. */
  readonly records: readonly string[];
}

/** `order`: which call of the batch was told of first, as records of calls that are up come last. */
type Head = readonly [columns: CallColumns, isEmergency: boolean, order: number];

interface Waiting {
  readonly order: number;
  record: CallRecord;
}

/**
 * So many calls that have ended are made into text one right after the other: what writes JSON is out of the processor's
 * caches when a call comes to it alone. More would live long enough to be copied by a collection.
 */
const TOGETHER = 16;

/** Records that wait for their batch. Of one call the last record counts, and only that one is told. */
export class CallBatch {
  /** Of calls that are up. A new one for each batch: one that is cleared keeps its records until the whole heap is collected. */
  #up = new Map<string, Waiting>();
  /** Of calls that have ended nothing more comes: they wait as two texts, not as the sixty objects of a record. */
  #packed = new Packed();
  /** The last few of them, which are no texts yet. */
  #ended: Waiting[] = [];
  #calls = 0;

  get size(): number {
    return this.#up.size + this.#ended.length + this.#packed.size;
  }

  put(record: CallRecord): void {
    const known = this.#up.get(record.uuid);
    const order = known?.order ?? this.#calls++;
    if (record.endedAtMs !== null) {
      if (known !== undefined) this.#up.delete(record.uuid);
      this.#ended.push({ order, record });
      if (this.#ended.length >= TOGETHER) this.#packEnded();
    } else if (known === undefined) this.#up.set(record.uuid, { order, record });
    else known.record = record;
  }

  take(): PackedCalls {
    this.#packEnded();
    const packed = this.#packed;
    for (const { record, order } of this.#up.values()) packed.add(record, order);
    this.#up = new Map();
    this.#packed = new Packed();
    this.#calls = 0;
    return packed.take();
  }

  #packEnded(): void {
    for (const { record, order } of this.#ended) this.#packed.add(record, order);
    this.#ended = [];
  }
}

class Packed {
  readonly #heads: string[] = [];
  readonly #records: string[] = [];

  get size(): number {
    return this.#records.length;
  }

  add(record: CallRecord, order: number): void {
    const head: Head = [columnsOf(record), record.isEmergency === true, order];
    this.#heads.push(JSON.stringify(head));
    this.#records.push(JSON.stringify(record));
  }

  take(): PackedCalls {
    return { heads: `[${this.#heads.join(',')}]`, records: this.#records };
  }
}

/** Records as texts, and of each what the store has columns for: the main thread parses neither record nor trace. */
export function packCalls(records: readonly CallRecord[]): PackedCalls {
  const packed = new Packed();
  for (const [order, record] of records.entries()) packed.add(record, order);
  return packed.take();
}

/** What `packCalls` has made, a row a record; records stay texts. */
export function unpackCalls({ heads, records }: PackedCalls): readonly CallRow[] {
  const rows = (JSON.parse(heads) as readonly Head[]).map(([columns, isEmergency, order], at) => {
    return { order, row: { columns, isEmergency, record: records[at] ?? '' } };
  });
  return rows.sort((a, b) => a.order - b.order).map(({ row }) => row);
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
