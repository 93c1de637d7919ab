import { hkdfSync } from 'node:crypto';
import { type AccountRow, openStore } from '../tenancy/index.ts';
import { beginWorld } from './begin-world.ts';
import { VirtualClock } from './virtual-clock.ts';
import { TestWorld } from './world.ts';
import type { WorldPlace } from './world-place.ts';
import { keepWorldTime, readWorldTime } from './world-settings.ts';

export interface OpenWorld extends WorldPlace {
  /** The SQLite file; made when missing. */
  readonly file: string;
  /** The platform realm of the test world. */
  readonly realm: string;
  /** The account first, then up to the root. */
  readonly chain: readonly AccountRow[];
}

/** A key that opens nothing of the live side, and nothing of another world. */
function worldKey(secretKey: Buffer, uuid: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `didfarm sandbox ${uuid}`, 32));
}

/** Opens the test world of an account, or begins it. */
export async function openWorld({ file, realm, chain, ...place }: OpenWorld): Promise<TestWorld> {
  const { realMs } = place;
  const secretKey = worldKey(place.secretKey, chain[0]?.uuid ?? '');
  const clock = new VirtualClock(realMs);
  const store = await openStore({ file, secretKey, platformRealm: realm, clock });
  try {
    // Test money need not survive a power cut; a year has hundreds of writes, each of which would wait for the disk.
    await store.read((connection) => connection.pragma('synchronous = NORMAL'));
    const known = await readWorldTime(store);
    const time = known ?? { startedAtMs: realMs(), aheadMs: 0, doneAtMs: realMs() };
    clock.resume(time.doneAtMs, time.aheadMs);
    if (known === undefined) {
      await beginWorld(store, chain);
      await keepWorldTime(store, time);
    }
    const world = new TestWorld(store, clock, time.startedAtMs, { ...place, secretKey });
    await world.start();
    return world;
  } catch (error) {
    await store.close();
    throw error;
  }
}
