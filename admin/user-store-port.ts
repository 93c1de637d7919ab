import type { NewUser, UserPatch } from '../tenancy/index.ts';
import type { Found, Ref, Slice, TextFilter, UserRow, Visible } from './store-port.ts';
import type { Actor } from './stores.ts';

export interface UserStore {
  list(visible: Visible, slice: Slice, filter: TextFilter): Promise<Found<UserRow>>;
  find(visible: Visible, ref: Ref): Promise<UserRow | undefined>;
  create(actor: Actor, user: NewUser): Promise<UserRow>;
  update(actor: Actor, id: number, patch: UserPatch): Promise<UserRow>;
  remove(actor: Actor, id: number): Promise<void>;
}
