import type { DigestAlgorithm } from '../../bus/index.ts';
import { Directory } from '../directory/index.ts';
import { buildDelta, readChanges } from '../publish/index.ts';
import type { SqliteConnection, Store, StoreContext } from '../store/index.ts';
import { parseTenantFile, withPlaces } from './parse-tenant-file.ts';
import { runTenants, type TenantPlan } from './plan-tenants.ts';
import type { PlanOptions } from './session.ts';

export interface RehearseOptions extends PlanOptions {
  /** What realms offer that set no digest algorithms of their own. */
  readonly algorithms: readonly DigestAlgorithm[];
}

/** What a tenant file would make of the world, and the world as it is, each as SIP would read it. */
export interface RehearsedTenants {
  readonly plan: TenantPlan;
  readonly current: Directory;
  readonly candidate: Directory;
}

/**
 * Applies a tenant file, reads what SIP would be told of it, and takes it back: nobody sees any of it.
 * @throws TenantFileError with the line of each fault
 */
export async function rehearseTenants(
  store: Store,
  text: string,
  name: string,
  options: RehearseOptions,
): Promise<RehearsedTenants> {
  const parsed = await parseTenantFile(text, name, options.yaml);
  const rehearse = async (context: StoreContext, connection: SqliteConnection) => {
    const source = { secrets: context.secrets, platformRealm: context.platformRealm, algorithms: options.algorithms };
    const all = buildDelta(connection, source, 1, 'all');
    const [current, candidate] = [new Directory(), new Directory()];
    current.apply(all);
    candidate.apply(all);
    const { credentials: _, ...plan } = await runTenants(context, parsed, options);
    const changes = readChanges(connection);
    if (changes !== undefined) candidate.apply(buildDelta(connection, source, 2, changes));
    return { plan, current, candidate };
  };
  return withPlaces(parsed, () => store.rehearse(rehearse));
}

/** The world as it is stored, as SIP reads it. */
export function loadDirectory(store: Store, algorithms: readonly DigestAlgorithm[]): Promise<Directory> {
  const { secrets, platformRealm } = store;
  return store.read((connection) => {
    const directory = new Directory();
    directory.apply(buildDelta(connection, { secrets, platformRealm, algorithms }, 1, 'all'));
    return directory;
  });
}
