import {
  type CallHolds,
  type CarrierAdapter,
  checkout,
  listCosts,
  offboardAccount,
  projectCost,
  quoteOrder,
} from '../../billing-hooks/index.ts';
import { getOrder, listOrders, type Store } from '../../tenancy/index.ts';
import type { CostStore, InventoryStore, OrderStore } from '../shop-store-port.ts';
import { given } from './audited.ts';

/** Orders over the store and the carrier; the checkout writes its audit entry itself. */
export function createOrderStore(deps: {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
}): OrderStore {
  const { store, carrier } = deps;
  return {
    checkout: (actor, order) => checkout(deps, { actor, ...order }),
    quote: (cart) => quoteOrder(deps, cart),
    offboard: (actor, accountId) => offboardAccount(store, carrier, accountId, actor),
    list: (visible, slice, { accountId }) => listOrders(store, given({ accountId }) as object, slice, visible),
    find: (visible, id) => getOrder(store, id, visible),
  };
}

/** What the carrier sells. */
export function createInventoryStore(carrier: CarrierAdapter): InventoryStore {
  return { search: (query, page) => carrier.search(given(query) as Parameters<CarrierAdapter['search']>[0], page) };
}

export function createCostStore(store: Store): CostStore {
  return { project: (accountId) => projectCost(store, accountId), list: (query) => listCosts(store, query) };
}
