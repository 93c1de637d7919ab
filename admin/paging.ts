import { Type } from 'typebox';
import { fieldError } from './errors.ts';

export const DEFAULT_PER_PAGE = 50;
export const MAX_PER_PAGE = 200;

/** Query parameters of every list. */
export const PAGE_QUERY = {
  page: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'From 1.' })),
  per_page: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PER_PAGE, description: 'Default 50.' })),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: 'next_cursor of the page before.' })),
};

export interface PageQuery {
  readonly page?: number;
  readonly per_page?: number;
  readonly cursor?: string;
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
}

/** @throws {ApiError} when the cursor is not one of ours. */
export function parsePage(query: PageQuery): PageRequest {
  const perPage = query.per_page ?? DEFAULT_PER_PAGE;
  if (query.cursor !== undefined) {
    const { afterId, page } = parseCursor(query.cursor);
    return { page, perPage, afterId, offset: 0, limit: perPage + 1 };
  }
  const page = query.page ?? 1;
  return { page, perPage, afterId: 0, offset: (page - 1) * perPage, limit: perPage + 1 };
}

/** The rows to show and the envelope's `meta`, out of a slice that may hold one row too many. */
export function paged<T extends { readonly id: number }>(
  request: PageRequest,
  found: { readonly total: number; readonly rows: readonly T[] },
): { readonly rows: readonly T[]; readonly meta: PageMeta } {
  const rows = found.rows.slice(0, request.perPage);
  const last = rows[rows.length - 1];
  const more = found.rows.length > request.perPage && last !== undefined;
  const next = more ? formatCursor(last.id, request.page + 1) : null;
  return { rows, meta: { total: found.total, page: request.page, per_page: request.perPage, next_cursor: next } };
}

function formatCursor(afterId: number, page: number): string {
  return Buffer.from(`${afterId}.${page}`).toString('base64url');
}

function parseCursor(cursor: string): { readonly afterId: number; readonly page: number } {
  const match = /^(\d{1,15})\.(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  if (match === null) throw fieldError('cursor', 'is not a next_cursor that was given out here');
  return { afterId: Number(match[1]), page: Number(match[2]) };
}

/** A slice of rows that are all in memory, ordered by id. */
export function sliceOf<T extends { readonly id: number }>(
  rows: readonly T[],
  request: Pick<PageRequest, 'afterId' | 'offset' | 'limit'>,
): { readonly total: number; readonly rows: readonly T[] } {
  const after = request.afterId > 0 ? rows.filter((row) => row.id > request.afterId) : rows;
  return { total: rows.length, rows: after.slice(request.offset, request.offset + request.limit) };
}
