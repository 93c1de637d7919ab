import { type Store, type StoreContext, writeAudit } from '../store/index.ts';
import { type Change, describeChange, type NewCredentials } from './change.ts';
import { type ParsedTenantFile, parseTenantFile, withPlaces } from './parse-tenant-file.ts';
import {
  pruneDomains,
  reconcileAccounts,
  reconcileDefaultDestination,
  reconcileDomains,
} from './reconcile-accounts.ts';
import { reconcileCarriers } from './reconcile-carriers.ts';
import { pruneDids, reconcileDids } from './reconcile-dids.ts';
import { pruneGroups, reconcileGroups } from './reconcile-groups.ts';
import { reconcilePolicies } from './reconcile-policies.ts';
import { reconcileRecordStreams } from './reconcile-record-streams.ts';
import { pruneTrunks, reconcileTrunks } from './reconcile-trunks.ts';
import { type PlanOptions, Session } from './session.ts';

/** What a file would do, or did. */
export interface TenantPlan {
  readonly changes: readonly Change[];
  readonly effects: PlanEffects;
  /** One line each, then the effects; `no changes` when there are none. */
  readonly text: string;
}

export interface PlanEffects {
  /** PBXes that are registered now and must register anew, or cannot any more. */
  readonly unregistered: number;
  /** Numbers whose calls go elsewhere, or nowhere. */
  readonly rerouted: number;
}

export interface AppliedPlan extends TenantPlan {
  /** Passwords that were made; told here once. */
  readonly credentials: readonly NewCredentials[];
}

/**
 * Shows what `applyTenants` would do: it does it, and rolls back, so that the two cannot differ.
 * @throws TenantFileError with the line of each fault
 */
export async function planTenants(store: Store, text: string, name: string, options: PlanOptions): Promise<TenantPlan> {
  return planParsed(store, await parseTenantFile(text, name, options.yaml), options);
}

/** @internal what is left to do once the file is read. */
async function planParsed(store: Store, parsed: ParsedTenantFile, options: PlanOptions): Promise<TenantPlan> {
  return withPlaces(parsed, () =>
    store.rehearse(async (context) => {
      const { credentials: _, ...plan } = await runTenants(context, parsed, options);
      return plan;
    }),
  );
}

/** Does it, all or nothing. */
export async function applyTenants(
  store: Store,
  text: string,
  name: string,
  options: PlanOptions,
): Promise<AppliedPlan> {
  return applyParsed(store, await parseTenantFile(text, name, options.yaml), options);
}

/** @internal what is left to do once the file is read. */
export function applyParsed(store: Store, parsed: ParsedTenantFile, options: PlanOptions): Promise<AppliedPlan> {
  return withPlaces(parsed, () =>
    store.write(async (tx) => {
      const applied = await runTenants(tx, parsed, options);
      if (applied.changes.length > 0) await keepFile(tx, parsed, options, applied);
      return applied;
    }),
  );
}

/** The file itself stays in the audit log: what drift is measured against, and what a rollback applies again. */
async function keepFile(
  context: StoreContext,
  { text, name }: ParsedTenantFile,
  { actor, accountId }: PlanOptions,
  { changes, effects }: AppliedPlan,
): Promise<void> {
  const entry = { actor, accountId: accountId ?? null, action: 'apply', resource: 'tenant_file', resourceId: name };
  await writeAudit(context, { ...entry, before: null, after: { yaml: text, changes: changes.length, effects } });
}

/** What plan, apply and every rehearsal of a file do: the same steps in the same order. */
export async function runTenants(
  context: StoreContext,
  parsed: ParsedTenantFile,
  options: PlanOptions,
): Promise<AppliedPlan> {
  const session = new Session(context, parsed, options);
  const registered = await loadRegistered(context);
  await reconcileCarriers(session);
  const states = await reconcileAccounts(session);
  session.refuse();
  for (const state of states) await reconcileDomains(session, state);
  session.refuse();
  // What goes makes room for what comes: names, user names, numbers.
  for (const state of states) await pruneDids(session, state);
  for (const state of states) await pruneGroups(session, state);
  for (const state of states) await pruneTrunks(session, state);
  for (const state of states) await reconcileTrunks(session, state);
  session.refuse();
  for (const state of states) await reconcileGroups(session, state);
  for (const state of states) await reconcileDids(session, state, states);
  for (const state of states) await session.attempt(() => reconcileDefaultDestination(session, state));
  for (const state of states) await reconcilePolicies(session, state);
  for (const state of states) await reconcileRecordStreams(session, state);
  session.refuse();
  for (const state of states) await pruneDomains(session, state);
  const effects = {
    unregistered: [...session.unbound].filter((id) => registered.has(id)).length,
    rerouted: session.rerouted.size,
  };
  return {
    changes: session.changes,
    effects,
    text: describe(session.changes, effects),
    credentials: session.credentials,
  };
}

async function loadRegistered(context: StoreContext): Promise<ReadonlySet<number>> {
  const rows = await context.db
    .selectFrom('bindings')
    .select('trunkId')
    .distinct()
    .where('expiresAtMs', '>', context.clock.nowMs())
    .execute();
  return new Set(rows.map((row) => row.trunkId));
}

function describe(changes: readonly Change[], effects: PlanEffects): string {
  if (changes.length === 0) return 'no changes';
  const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  const unregistered = count(effects.unregistered, 'PBX will be unregistered', 'PBXes will be unregistered');
  const rerouted = count(effects.rerouted, 'DID changes destination', 'DIDs change destination');
  return [...changes.map(describeChange), `${unregistered}, ${rerouted}, wallet untouched`].join('\n');
}
