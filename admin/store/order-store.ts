import {
  type CallHolds,
  type CarrierAdapter,
  checkout,
  importStock,
  listCosts,
  listStock,
  offboardAccount,
  projectCost,
  quoteOrder,
  removeStock,
} from '../../billing-hooks/index.ts';
import { getOrder, listOrders, type Store } from '../../tenancy/index.ts';
import type { CostStore, InventoryStore, OrderStore } from '../shop-store-port.ts';
import { audited, given } from './audited.ts';

/** Orders over the store and the carrier; the checkout writes its audit entry itself. */
export function createOrderStore(deps: {
  readonly store: Store;
  readonly carrier: CarrierAdapter;
  readonly holds: CallHolds;
  readonly refundsRent: boolean;
}): OrderStore {
  const { store } = deps;
  return {
    checkout: (actor, order) => checkout(deps, { actor, ...order }),
    quote: (cart) => quoteOrder(deps, cart),
    offboard: (actor, accountId) => offboardAccount(deps, accountId, actor),
    list: (visible, slice, { accountId }) => listOrders(store, given({ accountId }) as object, slice, visible),
    find: (visible, id) => getOrder(store, id, visible),
  };
}

/** What the carrier sells. */
export function createInventoryStore(store: Store, carrier: CarrierAdapter): InventoryStore {
  return {
    search: (query, page) => carrier.search(given(query) as Parameters<CarrierAdapter['search']>[0], page),
    importStock: (actor, offers, { onExisting, dryRun }) => {
      const work = audited(store, actor, 'import', 'inventory', async (context) => {
        const result = await importStock(context, offers, onExisting);
        if (dryRun) throw new RolledBack(result);
        return { result, accountId: null, resourceId: '', before: null, after: result };
      });
      return work.catch((error: unknown) => {
        if (error instanceof RolledBack) return error.report;
        throw error;
      });
    },
    listStock: (filter, slice) => listStock(store, filter, slice),
    removeStock: (actor, number) =>
      audited(store, actor, 'delete', 'inventory', async (context) => {
        const result = await removeStock(context, number);
        return { result, accountId: null, resourceId: number, before: result ?? null, after: null };
      }),
  };
}

type ImportReport = Awaited<ReturnType<typeof importStock>>;

/** Ends the transaction of a dry run: it cannot differ from the real one. */
class RolledBack extends Error {
  readonly report: ImportReport;

  constructor(report: ImportReport) {
    super('dry run');
    this.report = report;
  }
}

export function createCostStore(store: Store): CostStore {
  return { project: (accountId) => projectCost(store, accountId), list: (query) => listCosts(store, query) };
}
