import { Type } from 'typebox';
import { fieldError } from './errors.ts';
import type { SortOrder } from './store-port.ts';

export const DEFAULT_PER_PAGE = 50;
const MAX_PER_PAGE = 200;

/** A page or a cursor, for what has an order of its own. */
export const PAGE_QUERY = {
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'From 1.' })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PER_PAGE, description: 'Default 50.' })),
  cursor: Type.Optional(Type.String({ maxLength: 2000, description: 'next_cursor of the page before.' })),
};

/** Query parameters of every list: a page or a cursor, and `sort` by `id` or a field of the rows that is never null. */
export function sortedBy<const Names extends readonly string[]>(...names: Names) {
  const description = 'Default by id. With - the greatest first; equal ones are by id.';
  const all: readonly ('id' | Names[number])[] = ['id', ...names];
  const values = all.flatMap((name) => [name, `-${name}`] as const);
  return { ...PAGE_QUERY, sort: Type.Optional(Type.Enum(values, { description })) };
}

export interface PageQuery {
  readonly page?: number;
  readonly per_page?: number;
  readonly cursor?: string;
  readonly sort?: string;
}

export interface PageMeta {
  readonly total: number;
  readonly page: number;
  readonly per_page: number;
  readonly next_cursor: string | null;
}

export const PAGE_META = Type.Object({
  total: Type.Integer(),
  page: Type.Integer(),
  per_page: Type.Integer(),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

/** What a store is asked for: rows after an id (cursor), or rows from an offset (page). */
export interface PageRequest {
  readonly page: number;
  readonly perPage: number;
  /** Exclusive bound of `id`; 0 without a cursor. */
  readonly afterId: number;
  readonly offset: number;
  /** One more than is shown, so that it is known whether more follow. */
  readonly limit: number;
  /** `undefined`: by id. */
  readonly sort: SortOrder | undefined;
}

/** @throws {ApiError} when the cursor is not one of ours. */
export function parsePage(query: PageQuery): PageRequest {
  const perPage = query.per_page ?? DEFAULT_PER_PAGE;
  if (query.cursor !== undefined) {
    const { afterId, page, after } = parseCursor(query.cursor, query.sort);
    return { page, perPage, afterId, offset: 0, limit: perPage + 1, sort: sortOf(query.sort, after) };
  }
  const page = query.page ?? 1;
  const offset = (page - 1) * perPage;
  return { page, perPage, afterId: 0, offset, limit: perPage + 1, sort: sortOf(query.sort) };
}

/** The rows to show and the envelope's `meta`, out of a slice that may hold one row too many. */
export function paged<T extends { readonly id: number }>(
  request: PageRequest,
  found: { readonly total: number; readonly rows: readonly T[] },
): { readonly rows: readonly T[]; readonly meta: PageMeta } {
  const rows = found.rows.slice(0, request.perPage);
  const last = rows[rows.length - 1];
  const more = found.rows.length > request.perPage && last !== undefined;
  const next = more ? formatCursor(last, request) : null;
  return { rows, meta: { total: found.total, page: request.page, per_page: request.perPage, next_cursor: next } };
}

/** `created_at` of the API is `createdAtMs` of the rows, `at` is `atMs`. */
function sortOf(sort: string | undefined, after?: string | number): SortOrder | undefined {
  if (sort === undefined) return undefined;
  const name = sort.replace(/^-/, '').replace(/(^|_)at$/, '$1at_ms');
  const column = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return { column, isDescending: sort.startsWith('-'), ...(after === undefined ? {} : { after }) };
}

interface Cursor {
  readonly afterId: number;
  readonly page: number;
  /** Of the order, in the row of that id. */
  readonly after?: string | number;
}

/** Where the next page begins: after this row. In another order than by id its value and the order are in it. */
function formatCursor(last: { readonly id: number }, { page, sort }: PageRequest): string {
  const place = `${last.id}.${page + 1}`;
  if (sort === undefined) return Buffer.from(place).toString('base64url');
  const after = (last as Readonly<Record<string, unknown>>)[sort.column];
  return Buffer.from(`${place}.${JSON.stringify([orderName(sort), after])}`).toString('base64url');
}

const orderName = ({ column, isDescending }: SortOrder) => `${isDescending ? '-' : ''}${column}`;

function parseCursor(cursor: string, sort: string | undefined): Cursor {
  const match = /^(\d{1,15})\.(\d{1,9})(?:\.(\[.*\]))?$/s.exec(Buffer.from(cursor, 'base64url').toString());
  const tail = match?.[3] === undefined ? [] : parseTail(match[3]);
  if (match === null || tail === undefined) throw fieldError('cursor', 'is not a next_cursor that was given out here');
  const [order, after] = tail;
  const asked = sortOf(sort);
  if (order !== (asked === undefined ? undefined : orderName(asked)))
    throw fieldError('cursor', 'is of a list in another order: send the same sort with it');
  return { afterId: Number(match[1]), page: Number(match[2]), ...(after === undefined ? {} : { after }) };
}

function parseTail(text: string): readonly [order?: string, after?: string | number] | undefined {
  try {
    const [order, after] = JSON.parse(text) as readonly unknown[];
    const isSound = typeof order === 'string' && (typeof after === 'string' || typeof after === 'number');
    return isSound ? [order, after] : undefined;
  } catch {
    return undefined;
  }
}
