import type { DigestAlgorithm } from '../../../bus/index.ts';
import { invalid, notFound } from '../../errors.ts';
import { DIGEST_ALGORITHMS } from '../../secrets/index.ts';
import type { StoreContext } from '../open-store.ts';
import type { Row } from '../schema.ts';
import {
  type Found,
  found,
  matches,
  type Ref,
  readSlice,
  type Slice,
  type Stamped,
  single,
  stamps,
  type TextFilter,
  type Visible,
  within,
} from './common.ts';
import { newUuid } from './new-uuid.ts';
import { checkDomain } from './validate.ts';

/** A SIP domain of an account: a realm of its own, under which user names are free to choose. */
export interface DomainRow extends Stamped {
  readonly id: number;
  readonly uuid: string;
  readonly accountId: number;
  readonly domain: string;
  /** `null`: what the platform offers. */
  readonly algorithms: readonly DigestAlgorithm[] | null;
  readonly verifiedAtMs: number | null;
}

export interface NewDomain {
  readonly accountId: number;
  readonly domain: string;
  readonly algorithms?: readonly DigestAlgorithm[] | null;
  /** `null`: to be shown yet. @default now */
  readonly verifiedAtMs?: number | null;
}

/**
 * Names that nobody can own in the DNS (RFC 6761, RFC 6762, RFC 9476) and those without a dot belong to whoever names
 * them first here.
 */
export function isOwnable(domain: string): boolean {
  return domain.includes('.') && !/\.(example|test|invalid|localhost|local|alt|internal)$/.test(domain);
}

export async function createDomain(context: StoreContext, fields: NewDomain): Promise<DomainRow> {
  const domain = fields.domain.toLowerCase();
  checkDomain('domain', domain);
  checkAlgorithms(fields.algorithms);
  const now = context.clock.nowMs();
  const row = await context.db
    .insertInto('sipDomains')
    .values({
      uuid: newUuid('dom'),
      accountId: fields.accountId,
      domain,
      digestAlgorithms: fields.algorithms == null ? null : JSON.stringify(fields.algorithms),
      verifiedAtMs: fields.verifiedAtMs === undefined ? now : fields.verifiedAtMs,
      createdAtMs: now,
      updatedAtMs: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toDomainRow(row);
}

/** By id, uuid or the domain itself. */
export async function findDomain(context: StoreContext, ref: Ref, visible: Visible): Promise<DomainRow | undefined> {
  const query = context.db.selectFrom('sipDomains').selectAll().where(within(visible, 'sip_domains.account_id'));
  const named = typeof ref === 'string' && !/^\d+$/.test(ref) && !ref.startsWith('dom_');
  const rows = await (named ? query.where('domain', '=', ref.toLowerCase()) : query.where(matches(ref, 'sip_domains')))
    .limit(2)
    .execute();
  return single(rows.map(toDomainRow));
}

export async function listDomains(
  context: StoreContext,
  { accountId, search }: TextFilter,
  slice: Slice,
  visible: Visible,
): Promise<Found<DomainRow>> {
  let query = context.db.selectFrom('sipDomains').where(within(visible, 'sip_domains.account_id'));
  query = query.where(found(search, 'domain'));
  if (accountId !== undefined) query = query.where('accountId', 'is', accountId);
  const { total, rows } = await readSlice(query, slice);
  return { total, rows: rows.map(toDomainRow) };
}

export async function updateDomain(
  context: StoreContext,
  ref: Ref,
  patch: { readonly algorithms?: readonly DigestAlgorithm[] | null; readonly verifiedAtMs?: number | null },
  visible: Visible,
): Promise<DomainRow> {
  const row = await getDomain(context, ref, visible);
  checkAlgorithms(patch.algorithms);
  const { algorithms, verifiedAtMs } = patch;
  await context.db
    .updateTable('sipDomains')
    .set({
      ...(algorithms === undefined
        ? {}
        : { digestAlgorithms: algorithms === null ? null : JSON.stringify(algorithms) }),
      ...(verifiedAtMs === undefined ? {} : { verifiedAtMs }),
      updatedAtMs: context.clock.nowMs(),
    })
    .where('id', '=', row.id)
    .execute();
  return getDomain(context, row.id, null);
}

/** Refused while trunks use it. */
export async function deleteDomain(context: StoreContext, ref: Ref, visible: Visible): Promise<DomainRow> {
  const row = await getDomain(context, ref, visible);
  await context.db.deleteFrom('sipDomains').where('id', '=', row.id).execute();
  return row;
}

async function getDomain(context: StoreContext, ref: Ref, visible: Visible): Promise<DomainRow> {
  const row = await findDomain(context, ref, visible);
  if (row === undefined) throw notFound('SIP domain');
  return row;
}

function checkAlgorithms(algorithms: readonly DigestAlgorithm[] | null | undefined): void {
  if (algorithms == null) return;
  const known = algorithms.every((name) => DIGEST_ALGORITHMS.includes(name));
  if (algorithms.length > 0 && known && new Set(algorithms).size === algorithms.length) return;
  throw invalid('digest_algorithms', `must list some of ${DIGEST_ALGORITHMS.join(', ')}, each once`);
}

function toDomainRow(row: Row<'sipDomains'>): DomainRow {
  const { digestAlgorithms, rowVersion, ...rest } = row;
  const algorithms = digestAlgorithms === null ? null : (JSON.parse(digestAlgorithms) as DigestAlgorithm[]);
  return { ...rest, ...stamps(row), algorithms };
}
