import { BoundedMap } from '../auth/index.ts';
import type { RegisterFailure } from '../bus/index.ts';

const PER_RING = 20;
const MOST_TRUNKS = 10_000;
const MOST_SOURCES = 2_000;

/** The last failed REGISTERs of each trunk, and of each source that no trunk could be told for; memory is bounded. */
export class FailureRings {
  readonly #byTrunk = new BoundedMap<number, RegisterFailure[]>(MOST_TRUNKS);
  readonly #bySource = new BoundedMap<string, RegisterFailure[]>(MOST_SOURCES);

  add(failure: RegisterFailure): void {
    if (failure.trunkId !== null) push(this.#byTrunk, failure.trunkId, failure);
    else push(this.#bySource, failure.sourceAddress, failure);
  }

  /** Newest first. */
  ofTrunk(trunkId: number): readonly RegisterFailure[] {
    return this.#byTrunk.get(trunkId)?.toReversed() ?? [];
  }

  /** Newest first. */
  ofSource(sourceAddress: string): readonly RegisterFailure[] {
    return this.#bySource.get(sourceAddress)?.toReversed() ?? [];
  }

  /** Those of sources without a trunk, for the operator; newest first. */
  unknown(): readonly RegisterFailure[] {
    const all: RegisterFailure[] = [];
    for (const [, ring] of this.#bySource.entries()) all.push(...ring);
    return all.sort((a, b) => b.atMs - a.atMs);
  }
}

function push<K>(rings: BoundedMap<K, RegisterFailure[]>, key: K, failure: RegisterFailure): void {
  const ring = rings.get(key) ?? [];
  ring.push(failure);
  if (ring.length > PER_RING) ring.shift();
  rings.set(key, ring);
}
