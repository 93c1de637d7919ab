import { type Static, type TEnum, type TObject, type TSchemaOptions, Type } from 'typebox';
import type { CallRecord, Destination, OfflineCause } from '../bus/index.ts';
import { REASONS, type Reason, type Result } from '../telemetry/index.ts';
import { EVENT_NAMES } from '../tenancy/index.ts';
import type { DidRow } from './store-port.ts';

/**
 * A closed set of words, for requests and answers. The compiler holds it together with the type that the code uses: it
 * refuses a word that is missing here, and one that the code never says.
 */
export function setOf<T extends string>(words: Readonly<Record<T, true>>, options: TSchemaOptions = {}): TEnum<T[]> {
  return Type.Enum(Object.keys(words) as T[], options);
}

/** A word of the set or null, in an answer: what a row of an earlier release says is shown, not refused. */
export function orNull<T extends string>(set: TEnum<T[]>, options: TSchemaOptions = {}) {
  const name = 'title' in set ? { title: set.title } : {};
  return Type.Unsafe<T | null>({ ...name, ...options, enum: [...set.enum, null] });
}

/** The same of an object that has words of sets in it: as one of several, the serializer would refuse what it says. */
export function objectOrNull<T extends TObject>(shape: T) {
  return Type.Unsafe<Static<T> | null>({ ...shape, type: ['object', 'null'] });
}

export const RESULT = setOf<Result>({
  ok: true,
  client_error: true,
  server_error: true,
  upstream_error: true,
  indeterminate: true,
});

/** The catalogue of docs/errors.md. */
export const REASON = Type.Enum(Object.keys(REASONS) as Reason[], { title: 'Reason' });

/** The catalogue of docs/webhooks.md. */
export const EVENT = Type.Enum([...EVENT_NAMES], { title: 'EventName' });

export const CALL_DIRECTION = setOf<CallRecord['direction']>({ in: true, out: true, internal: true });

export const NUMBER_STATUS = setOf<DidRow['status']>({
  active: true,
  suspended: true,
  pending_regulatory: true,
  released: true,
});

export const NUMBER_KIND = setOf<NonNullable<DidRow['type']>>({
  local: true,
  national: true,
  mobile: true,
  toll_free: true,
});

export const DESTINATION_KIND = setOf<Destination['kind']>({
  trunk: true,
  trunk_group: true,
  extension: true,
  uri: true,
  account_default: true,
  reject: true,
});

export const OFFLINE_CAUSE = setOf<OfflineCause>({
  expired: true,
  unregistered: true,
  flow_closed: true,
  probe_failed: true,
  credentials_regenerated: true,
  account_suspended: true,
  trunk_deleted: true,
});

/** What is left of a resource that was deleted. */
export const DELETED = Type.Object({ id: Type.Integer(), uuid: Type.String(), status: Type.Literal('deleted') });
