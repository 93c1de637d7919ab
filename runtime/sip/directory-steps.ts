import type { DirectoryDelta, Steps } from '../../bus/index.ts';
import type { Directory } from '../../tenancy/index.ts';

/** Records that are moved, and whose bindings are looked at, before SIP has its turn: a millisecond or two. */
const RECORDS_PER_TURN = 250;
const NONE = { upserts: [], deletes: [] } as const;

/**
 * Takes a delta into the directory and tells whoever lives by it. All of it is seen from one request to the next; with
 * many trunks the work that follows is done in steps, between which SIP has its turn.
 */
export function* takeDelta(
  directory: Directory,
  delta: DirectoryDelta,
  tell: { all(delta: DirectoryDelta): void; trunks(delta: DirectoryDelta): void },
): Steps {
  directory.apply(delta);
  tell.all(delta);
  if (!directory.isSettling) {
    tell.trunks(delta);
    return;
  }
  tell.trunks({ ...delta, trunks: NONE });
  for (;;) {
    yield;
    const trunks = directory.settle(RECORDS_PER_TURN);
    if (trunks === undefined) return;
    tell.trunks({ ...delta, accounts: NONE, trunks });
  }
}
