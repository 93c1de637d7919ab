import {
  askAboutPort,
  type CarrierAdapter,
  cancelPort,
  decidePort,
  type PortDecision,
  submitPort,
} from '../../billing-hooks/index.ts';
import { getPorting, listPortings, type PortingRow, type Store } from '../../tenancy/index.ts';
import type { PortingStore } from '../porting-store-port.ts';
import { audited } from './audited.ts';

const RESOURCE = 'porting_order';

/** Porting orders over the store and the carrier; each write with its audit entry. */
export function createPortingStore(store: Store, carrier: CarrierAdapter): PortingStore {
  const decide = (actor: string, id: number, decision: PortDecision) =>
    audited(store, actor, decision.status, RESOURCE, async (context) => {
      const before = await getPorting(context, id, null);
      const after = await decidePort(context, id, decision, actor);
      return { result: after, ...told(after), before: shown(before), after: shown(after) };
    });
  return {
    list: (visible, slice, filter) => listPortings(store, filter, slice, visible),
    get: (visible, ref) => getPorting(store, ref, visible),
    submit: async (actor, request) => {
      const order = await audited(store, actor, 'submit', RESOURCE, async (context) => {
        const result = await submitPort(context, request);
        return { result, ...told(result), before: null, after: shown(result) };
      });
      if (carrier.port !== undefined) await askAboutPort(store, carrier, order);
      return getPorting(store, order.id, null);
    },
    decide,
    cancel: async (actor, order) => decide(actor, order.id, await cancelPort(store, carrier, order)),
  };
}

function told({ accountId, uuid }: PortingRow) {
  return { accountId, resourceId: uuid };
}

/** What the audit may know: never the PIN, sealed or not. */
function shown({ pinSealed: _, ...order }: PortingRow) {
  return order;
}
