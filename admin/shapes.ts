import { type TSchema, Type } from 'typebox';
import { NAME_PATTERN } from '../tenancy/index.ts';
import { fieldError } from './errors.ts';
import { PAGE_META } from './paging.ts';

/** Schema pieces that several resources share; they are the OpenAPI document's too. */
export const NAME = Type.String({
  minLength: 1,
  maxLength: 120,
  pattern: NAME_PATTERN,
});
export const NOTES = Type.String({ maxLength: 2000 });
export const TIME = Type.String({ description: 'RFC 3339, UTC.' });
export const ID = Type.Integer({ minimum: 1 });
export const CEILING = nullable(
  Type.Integer({
    minimum: -1,
    maximum: 1_000_000,
    description: 'null: none of its own or inherited; 0 blocks; -1 unlimited.',
  }),
);
export const COUNTRY = Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166 alpha-2.' });
/** An id as integer or as uuid, of a path or a body. */
export const ID_OR_UUID = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ minLength: 1, maxLength: 64 })]);
export const ID_PARAMS = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64, description: 'Integer id or uuid.' }),
});

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

export function optional<T extends TSchema>(schema: T) {
  return Type.Optional(schema);
}

/** `{data: …}`. */
export function envelope<T extends TSchema>(schema: T) {
  return Type.Object({ data: schema });
}

/** `{data: [...], meta}`. */
export function listEnvelope<T extends TSchema>(schema: T) {
  return Type.Object({ data: Type.Array(schema), meta: PAGE_META });
}

export const ERROR_SHAPE = Type.Object({
  error: Type.Object(
    {
      code: Type.String(),
      message: Type.String(),
      status: Type.Integer(),
      remedy: Type.Optional(Type.String()),
      fields: Type.Optional(Type.Array(Type.Object({ field: Type.String(), problem: Type.String() }))),
      log_id: Type.Optional(Type.String()),
    },
    { description: 'The shape of every refusal.' },
  ),
});

/** RFC 3339 UTC of epoch milliseconds. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/** An ISO 4217 code. */
export const CURRENCY = Type.String({ pattern: '^[A-Z]{3}$' });

/** A time that was sent, as epoch ms. @throws ApiError naming the field */
export function parseMoment(field: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d(T|$)/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw fieldError(field, 'must be a time like 2027-01-31T00:00:00Z');
  return ms;
}
