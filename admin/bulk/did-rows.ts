import { type Static, Type } from 'typebox';
import type { Destination } from '../../bus/index.ts';
import { DESTINATION_KIND } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import { type Principal, requireOperator } from '../principal.ts';
import { findDid, toE164 } from '../routes/did-routing.ts';
import { DID_COMMON, didFields } from '../routes/dids.ts';
import { ID_OR_UUID, nullable } from '../shapes.ts';
import type { DidRow } from '../store-port.ts';
import { numberView } from '../views/did.ts';
import { type BulkOptions, type BulkOutcome, type BulkResource, differs } from './bulk-resource.ts';
import { ALL_ROWS, accountOf } from './find-account.ts';

const SCHEMA = Type.Object(
  {
    number: Type.String({ minLength: 5, maxLength: 32, description: 'E.164; of a block its first number.' }),
    account: Type.Optional(
      Type.Union([ID_OR_UUID, Type.String({ maxLength: 120 })], { description: 'Id, uuid or name.' }),
    ),
    block_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    destination_kind: Type.Optional(nullable(DESTINATION_KIND)),
    destination: Type.Optional(
      nullable(
        Type.Union([ID_OR_UUID, Type.String({ maxLength: 300 })], { description: 'Id, uuid or name; or the uri.' }),
      ),
    ),
    ...DID_COMMON,
    status: Type.Optional(Type.Enum(['active', 'suspended', 'pending_regulatory'])),
  },
  { additionalProperties: false },
);

type Values = Static<typeof SCHEMA>;

/** Numbers and blocks. New ones are the operator's affair; a tenant changes notes and destinations. */
export const DID_ROWS: BulkResource = {
  name: 'dids',
  readScope: 'numbers:read',
  writeScope: 'routing:write',
  actions: ['import'],
  schema: SCHEMA,
  columns: Object.keys(SCHEMA.properties),
  run: (deps, principal, values, options) => runRow(deps, principal, values as Values, options),
  read: async (deps, visible, slice) => {
    const { rows } = await deps.store.dids.list(visible, slice, {});
    return Promise.all(
      rows.map(async (did) => ({
        ...numberView(did),
        account: (await deps.store.accounts.find(did.accountId))?.uuid,
        destination_kind: did.destination?.kind ?? null,
        destination: await destinationCell(deps, did.destination),
      })),
    );
  },
};

async function runRow(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  { onExisting }: BulkOptions,
): Promise<BulkOutcome> {
  const number = toE164(values.number);
  const existing = await deps.store.dids.findByNumber(principal.visible, number);
  if (existing !== undefined && existing.number === number)
    return change(deps, principal, values, existing, onExisting);
  requireOperator(principal);
  const account = await accountOf(deps, principal, 'account', values.account);
  const destination = await readDestination(deps, principal, account.id, values);
  await deps.store.dids.create(principal.actor, {
    accountId: account.id,
    number,
    blockSize: values.block_size,
    destination,
    status: values.status,
    ...didFields(values),
  });
  return { what: 'created' };
}

async function change(
  deps: AdminDeps,
  principal: Principal,
  values: Values,
  existing: DidRow,
  onExisting: BulkOptions['onExisting'],
): Promise<BulkOutcome> {
  if (onExisting === 'fail')
    throw new ApiError('conflict', `number: ${existing.uuid} has that number; use on_existing.`);
  if (onExisting === 'skip') return { what: 'unchanged' };
  const { number, account, block_size, destination_kind, destination: ignored, ...fields } = values;
  if (block_size !== undefined && block_size !== existing.blockSize)
    throw fieldError('block_size', 'cannot be changed; release the block and add it anew');
  const destination = await readDestination(deps, principal, existing.accountId, values);
  const did = await findDid(deps, principal, existing.id);
  const rerouted = destination !== undefined && JSON.stringify(destination) !== JSON.stringify(did.destination);
  if (!rerouted && !differs(numberView(did), fields)) return { what: 'unchanged' };
  const { notes, ...reserved } = fields;
  if (differs(numberView(did), reserved)) requireOperator(principal);
  await deps.store.dids.update(principal.actor, did.id, { ...didFields(fields), status: fields.status, destination });
  return { what: 'changed' };
}

/** `undefined`: left alone; `null`: unassigned. */
async function readDestination(
  deps: AdminDeps,
  principal: Principal,
  accountId: number,
  { destination_kind: kind, destination: named }: Values,
): Promise<Destination | null | undefined> {
  if (kind === undefined || kind === null) {
    if (named !== undefined && named !== null) throw fieldError('destination_kind', 'is required with destination');
    return kind;
  }
  if (kind === 'account_default' || kind === 'reject') return { kind };
  if (named === undefined || named === null) throw fieldError('destination', `is required for ${kind}`);
  if (kind === 'uri') return { kind, uri: String(named) };
  const own = new Set([accountId].filter((id) => principal.visible === null || principal.visible.has(id)));
  if (kind === 'trunk_group') return { kind, groupId: await groupIdOf(deps, own, named) };
  return { kind, trunkId: await trunkIdOf(deps, own, named, kind) };
}

async function trunkIdOf(
  deps: AdminDeps,
  own: ReadonlySet<number>,
  named: number | string,
  kind: 'trunk' | 'extension',
): Promise<number> {
  const byId = /^(\d+|(trk|ext)_[0-9a-f]{8,16})$/.test(String(named))
    ? await deps.store.trunks.find(own, named)
    : undefined;
  const trunk = byId ?? (await deps.store.trunks.list(own, { ...ALL_ROWS, limit: 1 }, { name: String(named) })).rows[0];
  if (trunk !== undefined && (trunk.kind === 'extension') === (kind === 'extension')) return trunk.id;
  throw fieldError('destination', `the account has no ${kind} ${JSON.stringify(named)}`);
}

async function groupIdOf(deps: AdminDeps, own: ReadonlySet<number>, named: number | string): Promise<number> {
  const { rows } = await deps.store.groups.list(own, ALL_ROWS, {});
  const group = rows.find(({ id, uuid, name }) => name === named || uuid === named || String(id) === String(named));
  if (group === undefined) throw fieldError('destination', `the account has no trunk group ${JSON.stringify(named)}`);
  return group.id;
}

async function destinationCell(deps: AdminDeps, destination: Destination | null): Promise<string | number | null> {
  if (destination === null) return null;
  if (destination.kind === 'uri') return destination.uri;
  if (destination.kind === 'trunk_group') return destination.groupId;
  if (destination.kind !== 'trunk' && destination.kind !== 'extension') return null;
  return (await deps.store.trunks.find(null, destination.trunkId))?.uuid ?? null;
}
