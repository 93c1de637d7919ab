import type { PortDecision, PortingRequest } from '../billing-hooks/index.ts';
import type { PortingRow } from '../tenancy/index.ts';
import type { Found, Ref, Slice, Visible } from './store-port.ts';

/** Numbers that come over from other providers, as the routes use them. */
export interface PortingStore {
  list(
    visible: Visible,
    slice: Slice,
    filter: { readonly accountId?: number; readonly status?: PortingRow['status'] | undefined },
  ): Promise<Found<PortingRow>>;
  /** Foreign orders are answered like unknown ones. */
  get(visible: Visible, ref: Ref): Promise<PortingRow>;
  /** Writes it down and asks the carrier at once. */
  submit(actor: string, request: PortingRequest): Promise<PortingRow>;
  decide(actor: string, id: number, decision: PortDecision): Promise<PortingRow>;
  cancel(actor: string, order: PortingRow): Promise<PortingRow>;
}
