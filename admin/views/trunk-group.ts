import { Type } from 'typebox';
import { setOf } from '../closed-sets.ts';
import { ID, isoTime, NAME } from '../shapes.ts';
import type { GroupRow } from '../store-port.ts';

const STRATEGY = setOf<GroupRow['strategy']>({ priority: true, round_robin: true });
const WEIGHT = { minimum: 0, maximum: 65_535 };

const MEMBER_INPUT = Type.Object(
  {
    sip_trunk_id: ID,
    priority: Type.Optional(Type.Integer({ ...WEIGHT, description: 'Lower is tried first. Default 1.' })),
    weight: Type.Optional(Type.Integer({ ...WEIGHT, description: 'Share among equal priorities. Default 1.' })),
  },
  { additionalProperties: false },
);

/** What may be set on a group. */
export const GROUP_FIELDS = {
  name: Type.Optional(NAME),
  strategy: Type.Optional(STRATEGY),
  members: Type.Optional(Type.Array(MEMBER_INPUT, { maxItems: 100 })),
};

export const GROUP_SHAPE = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: Type.Integer(),
  name: Type.String(),
  strategy: STRATEGY,
  members: Type.Array(Type.Object({ sip_trunk_id: Type.Integer(), priority: Type.Integer(), weight: Type.Integer() })),
  created_at: Type.String(),
  updated_at: Type.String(),
});

export function groupView(group: GroupRow) {
  return {
    id: group.id,
    uuid: group.uuid,
    account_id: group.accountId,
    name: group.name,
    strategy: group.strategy,
    members: group.members.map(({ trunkId, priority, weight }) => ({ sip_trunk_id: trunkId, priority, weight })),
    created_at: isoTime(group.createdAtMs),
    updated_at: isoTime(group.updatedAtMs),
  };
}
