import { type Store, type StoreContext, writeAudit } from '../../tenancy/index.ts';

/** What a write did, for the audit log. Rows have no secrets in them. */
export interface Change<T> {
  readonly result: T;
  /** `null`: of the platform itself. */
  readonly accountId: number | null;
  readonly resourceId: string;
  readonly before: object | null;
  readonly after: object | null;
}

/** One transaction with the change and its audit entry: neither is there without the other (F-121). */
export function audited<T>(
  store: Store,
  actor: string,
  action: string,
  resource: string,
  work: (context: StoreContext) => Promise<Change<T>>,
): Promise<T> {
  return store.write(async (context) => {
    const { result, ...entry } = await work(context);
    await writeAudit(context, { actor, action, resource, ...entry });
    return result;
  });
}

/** The given fields only: `undefined` means "left alone" and must not reach the database. */
export function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
