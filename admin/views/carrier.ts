import { type Static, Type } from 'typebox';
import { setOf } from '../closed-sets.ts';
import { CEILING, COUNTRY, isoTime, NAME, NOTES, nullable } from '../shapes.ts';
import type { CarrierRow } from '../store-port.ts';
import type { CarrierFields } from '../stores.ts';

const TRANSPORT = setOf<CarrierRow['gateways'][number]['transport']>({ udp: true, tcp: true, tls: true });

const GATEWAY_INPUT = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9:._-]+$' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    transport: Type.Optional(TRANSPORT),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
    weight: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  },
  { additionalProperties: false },
);

const PREFIX_INPUT = Type.Object(
  {
    prefix: Type.String({ maxLength: 16, pattern: '^(\\+[1-9][0-9]*)?$', description: 'Empty: everything.' }),
    cost_micros: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
);

export const CARRIER_FIELDS = {
  name: Type.Optional(NAME),
  enabled: Type.Optional(Type.Boolean()),
  sources: Type.Optional(
    Type.Array(Type.String({ minLength: 2, maxLength: 64, pattern: '^[0-9a-fA-F:./]+$' }), { maxItems: 1000 }),
  ),
  gateways: Type.Optional(Type.Array(GATEWAY_INPUT, { maxItems: 100 })),
  prefixes: Type.Optional(Type.Array(PREFIX_INPUT, { maxItems: 10_000 })),
  max_in: Type.Optional(CEILING),
  max_out: Type.Optional(CEILING),
  country: Type.Optional(nullable(COUNTRY)),
  notes: Type.Optional(NOTES),
};

const FIELDS_SHAPE = Type.Object(CARRIER_FIELDS);

export const CARRIER_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  name: Type.String(),
  enabled: Type.Boolean(),
  sources: Type.Array(Type.String()),
  gateways: Type.Array(
    Type.Object({
      host: Type.String(),
      port: Type.Integer(),
      transport: TRANSPORT,
      priority: Type.Integer(),
      weight: Type.Integer(),
    }),
  ),
  prefixes: Type.Array(Type.Object({ prefix: Type.String(), cost_micros: Type.Integer() })),
  max_in: nullable(Type.Integer()),
  max_out: nullable(Type.Integer()),
  country: nullable(Type.String()),
  notes: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
});

export function carrierView(carrier: CarrierRow) {
  return {
    id: carrier.id,
    uuid: carrier.uuid,
    name: carrier.name,
    enabled: carrier.enabled,
    sources: carrier.sources,
    gateways: carrier.gateways,
    prefixes: carrier.prefixes.map(({ prefix, costMicros }) => ({ prefix, cost_micros: costMicros })),
    max_in: carrier.maxIn,
    max_out: carrier.maxOut,
    country: carrier.country,
    notes: carrier.notes,
    created_at: isoTime(carrier.createdAtMs),
    updated_at: isoTime(carrier.updatedAtMs),
  };
}

export function carrierFields(body: Static<typeof FIELDS_SHAPE>): CarrierFields {
  return {
    name: body.name,
    enabled: body.enabled,
    sources: body.sources,
    gateways: body.gateways?.map((gateway) => ({
      host: gateway.host,
      port: gateway.port ?? 5060,
      transport: gateway.transport ?? 'udp',
      priority: gateway.priority ?? 1,
      weight: gateway.weight ?? 1,
    })),
    prefixes: body.prefixes?.map(({ prefix, cost_micros }) => ({ prefix, costMicros: cost_micros ?? 0 })),
    maxIn: body.max_in,
    maxOut: body.max_out,
    country: body.country,
    notes: body.notes,
  };
}
