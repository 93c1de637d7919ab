import type { TrunkGroupRecord } from '../../bus/index.ts';
import type { CallEffects } from '../call-context.ts';

interface Weighted {
  readonly priority: number;
  readonly weight: number;
}

/** Trunk ids of a group in the order they are tried. */
export function orderGroup(
  group: TrunkGroupRecord,
  effects: Pick<CallEffects, 'nextTurn' | 'random'>,
): readonly number[] {
  if (group.members.length === 0) return [];
  if (group.strategy === 'priority') return orderWeighted(group.members, effects.random).map((m) => m.trunkId);
  const turn = effects.nextTurn(group.id, group.members.length);
  return [...group.members.slice(turn), ...group.members.slice(0, turn)].map((member) => member.trunkId);
}

/** Lowest priority number first; inside a priority a random order by weight, as RFC 2782 does for SRV. */
export function orderWeighted<T extends Weighted>(members: readonly T[], random: () => number): readonly T[] {
  const priorities = [...new Set(members.map((member) => member.priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) =>
    shuffleByWeight(
      members.filter((m) => m.priority === priority),
      random,
    ),
  );
}

function shuffleByWeight<T extends Weighted>(members: readonly T[], random: () => number): readonly T[] {
  const left = [...members];
  const ordered: T[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, member) => sum + Math.max(0, member.weight), 0);
    const at = total === 0 ? 0 : pick(left, random() * total);
    ordered.push(...left.splice(at, 1));
  }
  return ordered;
}

function pick(members: readonly Weighted[], point: number): number {
  let passed = 0;
  for (const [index, member] of members.entries()) {
    passed += Math.max(0, member.weight);
    if (point < passed) return index;
  }
  return members.length - 1;
}
