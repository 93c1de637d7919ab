import type { AdminStore } from '../admin/index.ts';
import { hashApiKey } from '../tenancy/index.ts';
import type { WorldPlace } from './world-place.ts';

type KeyStore = AdminStore['keys'];

/** Keys that are made in a test world are test keys, and are known where requests come in. */
export function keepTestKeys(keys: KeyStore, place: Pick<WorldPlace, 'keepKey'>): KeyStore {
  const kept = <T extends { readonly secret: string }>(made: T): T => {
    place.keepKey(hashApiKey(made.secret));
    return made;
  };
  return {
    ...keys,
    create: async (actor, key) => kept(await keys.create(actor, { ...key, mode: 'test' })),
    rotate: async (actor, id, untilMs) => kept(await keys.rotate(actor, id, untilMs)),
  };
}
