/**
 * What a record is: a message from a socket (`number` is listen point and port, `name` the address), a message from
 * a connection of home (`name` is the flow), bytes for one (`number` tells its errors apart), or an order as JSON.
 */
export type RecordKind = 'datagram' | 'stream' | 'send' | 'order';

/** One thing that a worker hands to another. */
export interface HandedRecord {
  readonly kind: RecordKind;
  /** 32 bits. */
  readonly number: number;
  /** At most 255 characters of Latin-1. */
  readonly name: string;
  readonly bytes: Buffer;
}

const KINDS: readonly RecordKind[] = ['datagram', 'stream', 'send', 'order'];
/** Kind, number, length of the name, length of the bytes. */
const FIXED_BYTES = 1 + 4 + 1 + 4;

/** What a record takes in a batch. */
export function sizeOf({ name, bytes }: HandedRecord): number {
  return FIXED_BYTES + name.length + bytes.length;
}

/** All records in one block of memory, `size` bytes long, that can be given away. */
export function packRecords(records: readonly HandedRecord[], size: number): Buffer<ArrayBuffer> {
  const batch = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const { kind, number, name, bytes } of records) {
    at = batch.writeUInt8(KINDS.indexOf(kind), at);
    at = batch.writeUInt32LE(number >>> 0, at);
    at = batch.writeUInt8(name.length, at);
    at = batch.writeUInt32LE(bytes.length, at);
    at += batch.write(name, at, 'latin1');
    at += bytes.copy(batch, at);
  }
  return batch;
}

/** Calls `take` for each record of a batch, in order; their bytes are parts of it. */
export function unpackRecords(batch: Buffer, take: (record: HandedRecord) => void): void {
  for (let at = 0; at < batch.length; ) {
    const kind = KINDS[batch.readUInt8(at)] ?? 'order';
    const number = batch.readUInt32LE(at + 1);
    const nameEnd = at + FIXED_BYTES + batch.readUInt8(at + 5);
    const end = nameEnd + batch.readUInt32LE(at + 6);
    const name = batch.toString('latin1', at + FIXED_BYTES, nameEnd);
    take({ kind, number, name, bytes: batch.subarray(nameEnd, end) });
    at = end;
  }
}
