import { type Static, Type } from 'typebox';
import { Check } from 'typebox/value';
import type { Disaster, RoutingPolicy } from '../../bus/index.ts';

const STRICT = { additionalProperties: false } as const;
const TEXT = Type.String({ maxLength: 200 });
const PLAN = Type.Array(
  Type.Union([
    Type.Object({ prefix: TEXT, strip: Type.Integer({ minimum: 0 }), add: TEXT }, STRICT),
    Type.Object({ match: TEXT, replace: TEXT }, STRICT),
  ]),
  { maxItems: 50 },
);
const DESTINATIONS = Type.Array(Type.String({ pattern: '^(\\+[0-9]+|[A-Z]{2})$' }), { maxItems: 1000 });

/** A policy as it is stored, with the keys of the tenant file. */
const POLICY = Type.Object(
  {
    dial_plan: Type.Optional(PLAN),
    gateway_plan: Type.Optional(PLAN),
    calls_per_second: Type.Optional(Type.Integer({ minimum: 0 })),
    blocked: Type.Optional(DESTINATIONS),
    allowed: Type.Optional(DESTINATIONS),
    disaster: Type.Optional(
      Type.Object(
        {
          trunk_id: Type.Optional(Type.Integer()),
          number: Type.Optional(TEXT),
          uri: Type.Optional(TEXT),
          after_sec: Type.Optional(Type.Integer({ minimum: 1 })),
          caller_id: Type.Optional(TEXT),
        },
        STRICT,
      ),
    ),
  },
  STRICT,
);
type StoredPolicy = Static<typeof POLICY>;

/** A policy that cannot be understood allows no call out: whoever wrote it meant to forbid something. */
const CLOSED: RoutingPolicy = Object.freeze({ allowed: [] });

export function parseRoutingPolicy(json: string): RoutingPolicy {
  const stored: unknown = JSON.parse(json);
  if (!Check(POLICY, stored)) return CLOSED;
  const disaster = parseDisaster(stored.disaster);
  return Object.freeze({
    ...(stored.dial_plan && { dialPlan: stored.dial_plan }),
    ...(stored.gateway_plan && { gatewayPlan: stored.gateway_plan }),
    ...(stored.calls_per_second !== undefined && { callsPerSecond: stored.calls_per_second }),
    ...(stored.blocked && { blocked: stored.blocked }),
    ...(stored.allowed && { allowed: stored.allowed }),
    ...(disaster && { disaster }),
  });
}

function parseDisaster(stored: StoredPolicy['disaster']): Disaster | undefined {
  const to = stored && parseDestination(stored);
  if (to === undefined) return undefined;
  return {
    to,
    ...(stored?.after_sec !== undefined && { afterSec: stored.after_sec }),
    ...(stored?.caller_id !== undefined && { callerId: stored.caller_id }),
  };
}

function parseDestination(stored: NonNullable<StoredPolicy['disaster']>): Disaster['to'] | undefined {
  if (stored.trunk_id !== undefined) return { kind: 'trunk', trunkId: stored.trunk_id };
  if (stored.number !== undefined) return { kind: 'number', number: stored.number };
  return stored.uri === undefined ? undefined : { kind: 'uri', uri: stored.uri };
}
