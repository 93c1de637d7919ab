import type { Target } from '../transport/types.ts';
import type { DialogContext, NextHop } from './types.ts';

/** Which targets of a URI may be tried. */
export function allowedTargets(
  { judge }: Pick<DialogContext, 'judge'>,
  { guard }: NextHop,
  targets: readonly Target[],
): readonly Target[] {
  if (judge === undefined || guard === undefined) return targets;
  const use = guard.peer === undefined ? 'new' : 'dialog';
  const first = targets[0];
  // An address, as nearly all.
  if (targets.length === 1 && first !== undefined && judge(first, use, guard.peer)) return targets;
  const allowed = targets.filter((target) => judge(target, use, guard.peer));
  return allowed.length > 0 || guard.instead === undefined ? allowed : [guard.instead];
}
