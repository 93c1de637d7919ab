import type { SipBus } from '../bus/index.ts';
import { loadLostTrunks, loadTrunkStates } from '../tenancy/index.ts';
import type { Publishing } from './publish.ts';
import type { World } from './world.ts';

/** Tells a SIP thread that starts everything it has to know before it listens; it takes parts in while others are read. */
export async function handOver(
  world: Pick<World, 'store' | 'shareBindings' | 'openCalls'>,
  publishing: Publishing,
  bus: SipBus,
): Promise<void> {
  await publishing.publishAll();
  await world.shareBindings((share) => bus.shareBindings(share));
  const states = [...(await loadTrunkStates(world.store, 'offline')), ...(await loadLostTrunks(world.store))];
  bus.restore(world.openCalls, states);
}
