import { type RawBuilder, type Selectable, type SelectQueryBuilder, sql } from 'kysely';
import { TenancyError } from '../../errors.ts';
import type { StoreContext } from '../open-store.ts';
import type { Tables } from '../schema.ts';

/** The accounts a caller may touch; `null` is the operator. A row outside does not exist for the caller. */
export type Visible = ReadonlySet<number> | null;

/** An integer id or a uuid. */
export type Ref = number | string;

/** Which rows of a list: after an id (cursor), then from an offset (page). */
export interface Slice {
  /** Exclusive lower bound of `id`; 0 from the start. */
  readonly afterId: number;
  readonly offset: number;
  readonly limit: number;
  /** @default by id */
  readonly sort?: SortOrder | undefined;
}

/** Another order than by id; rows that are equal in it are by id. */
export interface SortOrder {
  /** A column without NULL, in camelCase. */
  readonly column: string;
  readonly isDescending: boolean;
  /** The value of the row `afterId`; absent: from the start. */
  readonly after?: string | number;
}

export interface Found<T> {
  /** Of all pages. */
  readonly total: number;
  readonly rows: readonly T[];
}

/** When a row was made and changed, and the number that every change raises (ETag). */
export interface Stamped {
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly version: number;
}

export const EVERYTHING: Slice = { afterId: 0, offset: 0, limit: 1_000_000_000 };

/** That slice of a query's rows, by id, and how many rows there are in all. */
export async function readSlice<Name extends keyof Tables>(
  query: SelectQueryBuilder<Tables, Name, object>,
  slice: Slice,
): Promise<Found<Selectable<Tables[Name]>>> {
  const { total } = await query.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow();
  return { total, rows: (await inSlice(query.selectAll(), slice).execute()) as Selectable<Tables[Name]>[] };
}

/** The rows of that slice; `names` are those of columns that are called otherwise in the query, `id` among them. */
export function inSlice<DB, Table extends keyof DB, Row>(
  query: SelectQueryBuilder<DB, Table, Row>,
  slice: Slice,
  names: Readonly<Record<string, string>> = {},
): SelectQueryBuilder<DB, Table, Row> {
  const page = query.where(follows(slice, names)).orderBy(orderOf(slice, names));
  return page.offset(slice.offset).limit(slice.limit);
}

/** The same of rows that are all in memory, by id. */
export function sliceRows<T extends { readonly id: number }>(rows: readonly T[], slice: Slice): Found<T> {
  const { sort, afterId, offset, limit } = slice;
  const column = (sort?.column ?? 'id') as keyof T;
  const sign = sort?.isDescending === true ? -1 : 1;
  const order = (a: unknown, aId: number, b: unknown, bId: number) => {
    if (a === b) return sign * (aId - bId);
    return (a as string | number) < (b as string | number) ? -sign : sign;
  };
  const ordered = rows.toSorted((a, b) => order(a[column], a.id, b[column], b.id));
  const last = sort === undefined ? afterId : sort.after;
  const after =
    last === undefined || afterId === 0
      ? ordered
      : ordered.filter((row) => order(row[column], row.id, last, afterId) > 0);
  return { total: rows.length, rows: after.slice(offset, offset + limit) };
}

type Names = Readonly<Record<string, string>>;

function orderOf({ sort }: Slice, names: Names): RawBuilder<unknown> {
  const id = sql.ref(names.id ?? 'id');
  if (sort === undefined) return id;
  const column = sql.ref(names[sort.column] ?? sort.column);
  return sort.isDescending ? sql`${column} DESC, ${id} DESC` : sql`${column}, ${id}`;
}

/** What comes after the last row of the page before, whatever has been added meanwhile. */
function follows({ sort, afterId }: Slice, names: Names): RawBuilder<boolean> {
  const id = sql.ref(names.id ?? 'id');
  if (sort?.after === undefined) return sql<boolean>`${id} > ${sort === undefined ? afterId : 0}`;
  const column = sql.ref(names[sort.column] ?? sort.column);
  return sort.isDescending
    ? sql<boolean>`(${column} < ${sort.after} OR (${column} = ${sort.after} AND ${id} < ${afterId}))`
    : sql<boolean>`(${column} > ${sort.after} OR (${column} = ${sort.after} AND ${id} > ${afterId}))`;
}

/**
 * Every row of an account, without a step a row: for tenant files, which may be about ten thousands. `columns` are
 * those that are read, in camelCase.
 */
export async function readAllOf<Name extends 'trunks' | 'dids', Column extends string & keyof Selectable<Tables[Name]>>(
  context: StoreContext,
  table: Name,
  columns: readonly Column[],
  accountId: number,
  condition: RawBuilder<boolean>,
): Promise<readonly Pick<Selectable<Tables[Name]>, Column>[]> {
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const list = sql.join(columns.map((column) => sql`${sql.raw(snake(column))} AS ${sql.id(column)}`));
  const query = sql<Pick<Selectable<Tables[Name]>, Column>>`
    SELECT ${list} FROM ${sql.table(table)} WHERE account_id = ${accountId} AND ${condition} ORDER BY id`;
  return (await query.execute(context.db.withoutPlugins())).rows;
}

/** `column` is one of these, however many they are. */
export function anyOf(column: string, ids: readonly number[]): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

/** The condition that keeps a query inside the accounts of its caller; `column` is an SQL name. */
export function within(visible: Visible, column: string): RawBuilder<boolean> {
  if (visible === null) return sql<boolean>`1`;
  // One parameter whatever the number of accounts: a reseller may have tens of thousands.
  return anyOf(column, [...visible]);
}

/**
 * `id` or `uuid` equals; a uuid may be cut short to 8 digits or more, as in the published examples.
 * The caller must see to it that only one row matches.
 */
export function matches(ref: Ref, table: string): RawBuilder<boolean> {
  if (typeof ref === 'number') return sql<boolean>`${sql.ref(`${table}.id`)} = ${ref}`;
  if (/^\d{1,15}$/.test(ref)) return sql<boolean>`${sql.ref(`${table}.id`)} = ${Number(ref)}`;
  const uuid = sql.ref(`${table}.uuid`);
  if (!/^[a-z]{3}_[0-9a-f]{8,15}$/.test(ref)) return sql<boolean>`${uuid} = ${ref}`;
  return sql<boolean>`(${uuid} >= ${ref} AND ${uuid} < ${`${ref}g`})`;
}

/** The only row, or none: a cut uuid that fits several names nothing. */
export function single<T>(rows: readonly T[]): T | undefined {
  return rows.length === 1 ? rows[0] : undefined;
}

interface Versioned {
  readonly rowVersion: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

export function stamps(row: Versioned): Stamped {
  return { createdAtMs: row.createdAtMs, updatedAtMs: row.updatedAtMs, version: row.rowVersion };
}

/** @throws TenancyError `stale_version` when the caller read an older version. */
export function checkVersion(row: Stamped, expected: number | undefined): void {
  if (expected === undefined || expected === row.version) return;
  throw new TenancyError(
    'stale_version',
    `It was changed meanwhile: version ${expected} was read, ${row.version} is there.`,
  );
}

/** A search text inside LIKE, its wildcards taken literally. */
export function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, (char) => `\\${char}`)}%`;
}

/** One of these columns (in SQL's names) has that text in it; without a text all have. */
export function found(text: string | undefined, ...columns: readonly string[]): RawBuilder<boolean> {
  if (text === undefined) return sql<boolean>`1`;
  const like = contains(text);
  return sql<boolean>`(${sql.join(
    columns.map((column) => sql`${sql.ref(column)} LIKE ${like} ESCAPE '\\'`),
    sql` OR `,
  )})`;
}

/** A list that is narrowed to one account (`null`: the operator's own), or by a text. */
export interface TextFilter {
  readonly accountId?: number | null | undefined;
  readonly search?: string | undefined;
}

/** The form a flag is stored in; `undefined` stays what it is. */
export function flag(value: boolean): number;
export function flag(value: boolean | undefined): number | undefined;
export function flag(value: boolean | undefined): number | undefined {
  return value === undefined ? undefined : value ? 1 : 0;
}

/** The fields that have a value; `null` is one. */
export function given<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** Those fields alone. */
export function pick<T extends object, Name extends keyof T>(fields: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, fields[name]])) as Pick<T, Name>;
}
