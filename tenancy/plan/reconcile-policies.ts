import {
  GIVEN_KEYS,
  OPERATOR_KEYS,
  type PolicyOwner,
  type StoredPolicy,
  type StoredRegistration,
} from '../policies/index.ts';
import { registrationContext, sealRegistrationPassword, updateRoutingPolicy } from '../store/index.ts';
import { type AccountState, findNamed } from './account-state.ts';
import { compare } from './change.ts';
import { namePolicy, nameRegistration, policyKey, resolvePolicy } from './name-policy.ts';
import type { Session } from './session.ts';
import type { PolicyEntry, RegistrationEntry } from './tenant-schema.ts';

type Path = readonly (string | number)[];

interface Owned {
  readonly owner: PolicyOwner;
  readonly id: number;
  readonly name: string;
  readonly state: AccountState | undefined;
  readonly path: Path;
}

/** `routing` of an account, its trunks and its numbers: what is written is all there is, `null` is none. */
export async function reconcilePolicies(session: Session, state: AccountState): Promise<void> {
  const path = ['accounts', state.index];
  const { entry, row } = state;
  await session.attempt(() =>
    reconcile(session, { owner: 'account', id: row.id, name: row.name, state, path }, entry.routing),
  );
  for (const [at, trunk] of (entry.trunks ?? []).entries()) {
    if (trunk.routing === undefined) continue;
    const id = findNamed(state.trunks, trunk)?.id;
    const owned = { owner: 'trunk', name: trunk.name, state, path: [...path, 'trunks', at] } as const;
    if (id !== undefined) await session.attempt(() => reconcile(session, { ...owned, id }, trunk.routing));
  }
  for (const [at, did] of (entry.dids ?? []).entries()) {
    if (did.routing === undefined) continue;
    const id = state.dids.get(did.number)?.id;
    const owned = { owner: 'did', name: did.number, state, path: [...path, 'dids', at] } as const;
    if (id !== undefined) await session.attempt(() => reconcile(session, { ...owned, id }, did.routing));
  }
}

/** `routing` and `registration` of a carrier. */
export async function reconcileCarrierPolicy(
  session: Session,
  carrier: { readonly id: number; readonly name: string },
  entry: { readonly routing?: PolicyEntry | null; readonly registration?: RegistrationEntry | null },
  path: Path,
): Promise<void> {
  const owned: Owned = { owner: 'carrier', id: carrier.id, name: carrier.name, state: undefined, path };
  await reconcile(session, owned, entry.routing);
  if (entry.registration !== undefined) await reconcileRegistration(session, owned, entry.registration);
}

async function reconcile(session: Session, owned: Owned, entry: PolicyEntry | null | undefined): Promise<void> {
  if (entry === undefined) return;
  const { owner, id, state, path } = owned;
  const target = resolvePolicy(state, entry ?? {});
  if (typeof target === 'string') throw session.fault([...path, 'routing', 'disaster', 'trunk'], target);
  const before = (await session.policies()).get(policyKey(owner, id)) ?? {};
  const [from, to] = [namePolicy(state, before), entry ?? {}] as readonly Readonly<Record<string, unknown>>[];
  const keys = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])].sort();
  const fields = compare(Object.fromEntries(keys.map((key) => [key, [from?.[key] ?? null, to?.[key] ?? null]])));
  if (fields.length === 0) return;
  refuseOwnGrant(
    session,
    owned,
    fields.map(({ field }) => field),
  );
  const patch = Object.fromEntries(keys.map((key) => [key, (target as Record<string, unknown>)[key] ?? null]));
  await session.at([...path, 'routing'], () => updateRoutingPolicy(session.context, owner, id, patch));
  await note(session, owned, fields);
}

/** The same that the API keeps: nobody trusts, attests or limits itself. */
function refuseOwnGrant(session: Session, { owner, id, path }: Owned, keys: readonly string[]): void {
  const { visible, accountId } = session.options;
  if (visible === null) return;
  const isOwn = owner === 'account' && id === accountId;
  const refused = keys.find(
    (key) =>
      (OPERATOR_KEYS as readonly string[]).includes(key) || (isOwn && (GIVEN_KEYS as readonly string[]).includes(key)),
  );
  if (refused !== undefined) throw session.fault([...path, 'routing', refused], 'is not yours to set');
}

async function reconcileRegistration(session: Session, owned: Owned, entry: RegistrationEntry | null): Promise<void> {
  const before = (await session.policies()).get(policyKey('carrier', owned.id)) ?? {};
  const { password, ...shown } = entry ?? {};
  const secret = password === undefined ? undefined : readSecret(session, password, owned.path);
  const opened = before.registration && openPassword(session, owned.id, before.registration.password_sealed);
  const fields = compare({
    registration: [nameRegistration(before) ?? null, entry === null ? null : inOrder(shown, before)],
    ...(secret !== undefined && secret !== opened ? { registration_password: [null, '(changed)'] as const } : {}),
  });
  if (fields.length === 0) return;
  const sealed = secret === undefined ? undefined : sealRegistrationPassword(session.context, owned.id, secret);
  const password_sealed = sealed ?? before.registration?.password_sealed;
  if (entry !== null && password_sealed === undefined) {
    throw session.fault([...owned.path, 'registration'], 'must have a password: {env: NAME} or {file: PATH}');
  }
  const registration = entry === null ? null : ({ ...shown, password_sealed } as StoredRegistration);
  await session.at([...owned.path, 'registration'], () =>
    updateRoutingPolicy(session.context, 'carrier', owned.id, { registration }),
  );
  await note(session, owned, fields);
}

/** Keys as they are stored, so that an order of writing is no change. */
function inOrder(entry: object, before: StoredPolicy): object {
  const known = Object.keys(nameRegistration(before) ?? {});
  const keys = [...known.filter((key) => key in entry), ...Object.keys(entry).filter((key) => !known.includes(key))];
  return Object.fromEntries(keys.map((key) => [key, (entry as Record<string, unknown>)[key]]));
}

function readSecret(session: Session, reference: NonNullable<RegistrationEntry['password']>, path: Path): string {
  const secret = session.options.resolveSecret(reference);
  if (secret !== undefined && secret !== '') return secret;
  const { env, file } = reference;
  const words = env === undefined ? `the file ${file} has no password` : `the variable ${env} is not set`;
  throw session.fault([...path, 'registration', 'password'], words);
}

function openPassword(session: Session, carrierId: number, sealed: string): string | undefined {
  try {
    return session.context.secrets.open(Buffer.from(sealed, 'base64'), registrationContext(carrierId));
  } catch {
    return undefined;
  }
}

function note(session: Session, { owner, id, name, state }: Owned, fields: ReturnType<typeof compare>): Promise<void> {
  const account = state?.row.name ?? '';
  const change = {
    action: 'update',
    resource: 'routing_policy',
    account,
    name: `${owner} ${name}`,
    id,
    fields,
  } as const;
  return session.note(change, state?.row.id ?? null);
}
