import { type Static, Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { checksDomains } from '../domain-check.ts';
import { ApiError, fieldError, notFound } from '../errors.ts';
import type { Principal } from '../principal.ts';
import { ID_OR_UUID } from '../shapes.ts';
import type { TrunkRow } from '../store-port.ts';
import { IDENTITY, TRUNK_FIELDS, TRUNK_KIND, trunkFields, trunkView } from '../views/trunk.ts';
import { type BulkOptions, type BulkOutcome, type BulkResource, differs } from './bulk-resource.ts';
import { accountOf } from './find-account.ts';

const SCHEMA = Type.Object(
  {
    uuid: Type.Optional(Type.String({ pattern: '^(trk|ext)_[0-9a-f]{16}$', description: 'Of a trunk that is there.' })),
    account: Type.Optional(
      Type.Union([ID_OR_UUID, Type.String({ maxLength: 120 })], { description: 'Id, uuid or name.' }),
    ),
    ...TRUNK_FIELDS,
    kind: Type.Optional(TRUNK_KIND),
    ...IDENTITY,
    status: Type.Optional(
      Type.Enum(['provisioning', 'active', 'suspended'], { description: 'provisioning: until it has registered.' }),
    ),
    password: Type.Optional(
      Type.String({ maxLength: 128, description: 'Of a new trunk that has one already elsewhere; made otherwise.' }),
    ),
  },
  { additionalProperties: false },
);

type Values = Static<typeof SCHEMA>;

/** Trunks and extensions, known by uuid or by name in their account, as in tenant files. */
export const TRUNK_ROWS: BulkResource = {
  name: 'trunks',
  readScope: 'trunks:read',
  writeScope: 'trunks:write',
  actions: ['import', 'delete', 'regenerate'],
  schema: SCHEMA,
  columns: Object.keys(SCHEMA.properties).filter((column) => column !== 'password'),
  run: (deps, principal, values, options) => runRow(deps, principal, values as Values, options),
  read: async (deps, visible, slice) => {
    const { rows } = await deps.store.trunks.list(visible, slice, {});
    const accounts = new Map<number, string>();
    for (const { accountId } of rows) {
      if (!accounts.has(accountId)) accounts.set(accountId, (await deps.store.accounts.find(accountId))?.uuid ?? '');
    }
    return rows.map((trunk) => ({ ...trunkView(trunk, undefined), account: accounts.get(trunk.accountId) }));
  },
};

async function runRow(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  { action, onExisting }: BulkOptions,
): Promise<BulkOutcome> {
  const existing = await findExisting(deps, principal, values);
  if (action === 'import') {
    return existing === undefined
      ? create(deps, principal, values)
      : change(deps, principal, values, existing, onExisting);
  }
  if (existing === undefined) throw notFound('trunk');
  if (action === 'delete') {
    await deps.store.trunks.remove(principal.actor, existing.id);
    return { what: 'changed' };
  }
  const options = { rotateUsername: false, overlapSec: 0 };
  const { password } = await deps.store.trunks.regenerate(principal.actor, existing.id, options);
  return { what: 'changed', password: { trunkId: existing.id, password } };
}

async function findExisting(deps: AdminDeps, principal: Principal, values: Values): Promise<TrunkRow | undefined> {
  if (values.uuid !== undefined) {
    const trunk = await deps.store.trunks.find(principal.visible, values.uuid);
    if (trunk === undefined) throw fieldError('uuid', 'there is no such trunk; leave it empty to make one');
    return trunk;
  }
  if (values.name === undefined) throw fieldError('name', 'is required, or uuid instead');
  const account = await accountOf(deps, principal, 'account', values.account);
  const slice = { afterId: 0, offset: 0, limit: 1 };
  const { rows } = await deps.store.trunks.list(new Set([account.id]), slice, { name: values.name });
  return rows[0];
}

async function create(deps: AdminDeps, principal: Principal, values: Values): Promise<BulkOutcome> {
  const { account: named, uuid, name = '', password: given, status, ...body } = values;
  const account = await accountOf(deps, principal, 'account', named);
  const mayChooseUsername = principal.kind === 'operator';
  const fields = {
    ...trunkFields(body),
    name,
    accountId: account.id,
    mayChooseUsername,
    password: given,
    needsVerifiedDomain: checksDomains(deps, principal),
  };
  const { trunk, password } = await deps.store.trunks.create(principal.actor, fields);
  if (status === 'suspended') await deps.store.trunks.update(principal.actor, trunk.id, { status });
  return {
    what: 'created',
    ...(password === null || given !== undefined ? {} : { password: { trunkId: trunk.id, password } }),
  };
}

async function change(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  existing: TrunkRow,
  onExisting: BulkOptions['onExisting'],
): Promise<BulkOutcome> {
  if (onExisting === 'fail') throw new ApiError('conflict', `name: ${existing.uuid} has that name; use on_existing.`);
  const { uuid, account, realm, username, kind, password, status, ...fields } = values;
  if (password !== undefined)
    throw fieldError('password', 'is for new trunks; regenerate the one of a trunk that is there');
  const view = trunkView(existing, undefined);
  const identity = Object.entries({ realm, username, kind }).filter(([, value]) => value !== undefined);
  if (differs(view, Object.fromEntries(identity))) {
    throw fieldError('username', 'realm, username and kind of a trunk that is there cannot be changed by an import');
  }
  const wanted = status === undefined ? {} : { status };
  if (onExisting === 'skip' || !differs(view, { ...fields, ...wanted })) return { what: 'unchanged' };
  if (status === 'provisioning' && existing.status !== status)
    throw fieldError('status', 'a trunk that has registered is active or suspended');
  const turned = status === undefined || status === 'provisioning' ? {} : { status };
  await deps.store.trunks.update(principal.actor, existing.id, trunkFields({ ...fields, ...turned }));
  return { what: 'changed' };
}
