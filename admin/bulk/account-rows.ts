import { type Static, Type } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import type { Principal } from '../principal.ts';
import { parentOf, refuseBulk, refuseOwnGrant } from '../routes/accounts.ts';
import { ID_OR_UUID, nullable } from '../shapes.ts';
import type { AccountRow } from '../store-port.ts';
import { ACCOUNT_UPDATE, accountFields, accountView } from '../views/account.ts';
import { type BulkOptions, type BulkOutcome, type BulkResource, differs } from './bulk-resource.ts';
import { ALL_ROWS, accountOf } from './find-account.ts';

const { parent_id, did_default_dest, ...FLAT } = ACCOUNT_UPDATE.properties;

const SCHEMA = Type.Object(
  {
    uuid: Type.Optional(Type.String({ pattern: '^acc_[0-9a-f]{16}$', description: 'Of an account that is there.' })),
    parent: Type.Optional(
      nullable(Type.Union([ID_OR_UUID, Type.String({ maxLength: 120 })], { description: 'Id, uuid or name.' })),
    ),
    ...FLAT,
  },
  { additionalProperties: false },
);

type Values = Static<typeof SCHEMA>;

/** Accounts, known by uuid or by name below their parent; a parent stands before its children. */
export const ACCOUNT_ROWS: BulkResource = {
  name: 'accounts',
  readScope: 'accounts:read',
  writeScope: 'accounts:write',
  actions: ['import'],
  schema: SCHEMA,
  columns: Object.keys(SCHEMA.properties),
  run: (deps, principal, values, options) => runRow(deps, principal, values as Values, options),
  read: async (deps, visible, slice) => {
    const { rows } = await deps.store.accounts.list(visible, slice, {});
    return Promise.all(
      rows.map(async (account) => {
        const { parentId } = account;
        const shown = parentId !== null && (visible === null || visible.has(parentId));
        const parent = shown ? (await deps.store.accounts.find(parentId))?.uuid : null;
        return { ...viewOf(account), parent };
      }),
    );
  },
};

const viewOf = (account: AccountRow) => accountView([account], () => true);

async function runRow(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  { onExisting }: BulkOptions,
): Promise<BulkOutcome> {
  refuseBulk(principal, values);
  const { uuid, parent, ...fields } = values;
  const above = parent === undefined || parent === null ? parent : await accountOf(deps, principal, 'parent', parent);
  const existing = await findExisting(deps, principal, values, above);
  if (existing === undefined) {
    const parentId = await parentOf(deps, principal, above === null ? null : above?.id);
    if (fields.name === undefined) throw fieldError('name', 'is required, or uuid instead');
    await deps.store.accounts.create(principal.actor, { ...accountFields(fields), name: fields.name, parentId });
    return { what: 'created' };
  }
  if (onExisting === 'fail') throw new ApiError('conflict', `name: ${existing.uuid} has that name; use on_existing.`);
  const moved = above !== undefined && (above?.id ?? null) !== existing.parentId;
  if (onExisting === 'skip' || (!moved && !differs(viewOf(existing), fields))) return { what: 'unchanged' };
  refuseOwnGrant(principal, existing, fields);
  const parentId = moved ? await parentOf(deps, principal, above?.id ?? null) : undefined;
  await deps.store.accounts.update(principal.actor, existing.id, { ...accountFields(fields), parentId });
  return { what: 'changed' };
}

async function findExisting(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  above: AccountRow | null | undefined,
): Promise<AccountRow | undefined> {
  if (values.uuid !== undefined) return accountOf(deps, principal, 'uuid', values.uuid);
  const { name } = values;
  if (name === undefined) throw fieldError('name', 'is required, or uuid instead');
  const parentId = above === undefined ? principal.accountId : (above?.id ?? null);
  const { rows } = await deps.store.accounts.list(principal.visible, ALL_ROWS, { parentId, search: name });
  return rows.find((account) => account.name === name && account.status !== 'closed');
}
