import type { NewRecordStream, RecordStreamChange, RecordStreamRow } from '../tenancy/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';
import type { Actor } from './stores.ts';

/** Where call records go, as the routes use them. */
export interface RecordStreamStore {
  list(visible: Visible, slice: Slice, filter: { readonly accountId?: number }): Promise<Found<RecordStreamRow>>;
  /** Foreign streams are answered like unknown ones. */
  get(visible: Visible, ref: Ref): Promise<RecordStreamRow>;
  /** The secret is told here and never again; files have none. */
  create(
    actor: Actor,
    stream: NewRecordStream,
  ): Promise<{ readonly row: RecordStreamRow; readonly secret: string | null }>;
  update(actor: Actor, stream: RecordStreamRow, change: RecordStreamChange): Promise<RecordStreamRow>;
  remove(actor: Actor, id: number): Promise<void>;
  /** Records that each has not taken yet, by its id. */
  waiting(streams: readonly RecordStreamRow[]): Promise<ReadonlyMap<number, number>>;
}
