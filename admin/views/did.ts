import { type Static, Type } from 'typebox';
import type { Destination } from '../../bus/index.ts';
import { toCents } from '../../tenancy/index.ts';
import { DESTINATION_KIND, NUMBER_KIND, NUMBER_STATUS, objectOrNull, orNull } from '../closed-sets.ts';
import { isoTime, nullable } from '../shapes.ts';
import type { DidRow, TrunkRow } from '../store-port.ts';

/** Where calls of a number go, as the API writes it. */
export const DESTINATION_SHAPE = Type.Object({
  kind: DESTINATION_KIND,
  id: Type.Optional(Type.Integer()),
  uri: Type.Optional(Type.String()),
});

export const DESTINATION_INPUT = Type.Object(
  {
    kind: DESTINATION_KIND,
    id: Type.Optional(Type.Integer({ minimum: 1 })),
    uri: Type.Optional(Type.String({ minLength: 5, maxLength: 300 })),
  },
  { additionalProperties: false },
);

export function destinationView(destination: Destination | null) {
  if (destination === null) return null;
  switch (destination.kind) {
    case 'trunk':
    case 'extension':
      return { kind: destination.kind, id: destination.trunkId };
    case 'trunk_group':
      return { kind: destination.kind, id: destination.groupId };
    case 'uri':
      return { kind: destination.kind, uri: destination.uri };
    default:
      return { kind: destination.kind };
  }
}

/** The store's destination; `undefined` when an id or address that the kind needs is missing. */
export function parseDestination(given: Static<typeof DESTINATION_INPUT>): Destination | undefined {
  const { kind, id, uri } = given;
  if (kind === 'trunk' || kind === 'extension') return id === undefined ? undefined : { kind, trunkId: id };
  if (kind === 'trunk_group') return id === undefined ? undefined : { kind, groupId: id };
  if (kind === 'uri') return uri === undefined ? undefined : { kind, uri };
  return { kind };
}

export const NUMBER_SHAPE = Type.Object({
  id: Type.Integer(),
  did_number_id: Type.Integer({ description: 'The same as id, by the name that did-routing takes.' }),
  uuid: Type.String(),
  account_id: Type.Integer(),
  number: Type.String(),
  block_size: Type.Integer(),
  country: nullable(Type.String()),
  type: orNull(NUMBER_KIND),
  city: nullable(Type.String()),
  status: NUMBER_STATUS,
  monthly_rate: Type.Integer({ description: 'Cents.' }),
  setup_fee: Type.Integer({ description: 'Cents.' }),
  currency: Type.String(),
  sms_enabled: Type.Boolean(),
  requires_regulatory: Type.Boolean(),
  sip_trunk_id: nullable(Type.Integer()),
  destination: objectOrNull(DESTINATION_SHAPE),
  notes: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
});

export function numberView(did: DidRow) {
  return {
    id: did.id,
    did_number_id: did.id,
    uuid: did.uuid,
    account_id: did.accountId,
    number: did.number,
    block_size: did.blockSize,
    country: did.country,
    type: did.type,
    city: did.city,
    status: did.status,
    monthly_rate: toCents(did.monthlyRateMicros),
    setup_fee: toCents(did.setupFeeMicros),
    currency: did.currency,
    sms_enabled: did.smsEnabled,
    requires_regulatory: did.requiresRegulatory,
    sip_trunk_id: trunkIdOf(did),
    destination: destinationView(did.destination),
    notes: did.notes,
    created_at: isoTime(did.createdAtMs),
    updated_at: isoTime(did.updatedAtMs),
  };
}

export const ROUTING_SHAPE = Type.Object({
  id: Type.Integer({ description: 'The id of the number.' }),
  did_number_id: Type.Integer(),
  number: Type.String(),
  account_id: Type.Integer(),
  status: NUMBER_STATUS,
  sip_trunk_id: nullable(Type.Integer()),
  sip_trunk_uuid: nullable(Type.String()),
  sip_trunk_name: nullable(Type.String()),
  destination: objectOrNull(DESTINATION_SHAPE),
  notes: Type.String(),
  updated_at: Type.String(),
});

export function routingView(did: DidRow, trunk: TrunkRow | undefined) {
  return {
    id: did.id,
    did_number_id: did.id,
    number: did.number,
    account_id: did.accountId,
    status: did.status,
    sip_trunk_id: trunkIdOf(did),
    sip_trunk_uuid: trunk?.uuid ?? null,
    sip_trunk_name: trunk?.name ?? null,
    destination: destinationView(did.destination),
    notes: did.notes,
    updated_at: isoTime(did.updatedAtMs),
  };
}

/** The trunk or extension that a number rings; `null` for every other destination. */
export function trunkIdOf(did: DidRow): number | null {
  const { destination } = did;
  return destination?.kind === 'trunk' || destination?.kind === 'extension' ? destination.trunkId : null;
}
