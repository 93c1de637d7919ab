import type { Found, GroupRow, Ref, Slice, TextFilter, Visible } from './store-port.ts';
import type { Actor, Fields } from './stores.ts';

export type GroupFields = Fields<GroupRow, 'name' | 'strategy' | 'members'>;

export interface GroupStore {
  list(visible: Visible, slice: Slice, filter: TextFilter): Promise<Found<GroupRow>>;
  find(visible: Visible, ref: Ref): Promise<GroupRow | undefined>;
  create(actor: Actor, fields: GroupFields & { readonly accountId: number; readonly name: string }): Promise<GroupRow>;
  update(actor: Actor, id: number, fields: GroupFields): Promise<GroupRow>;
  remove(actor: Actor, id: number): Promise<void>;
}
