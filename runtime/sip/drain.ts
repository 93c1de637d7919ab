import type { CallRouter } from '../../routing/index.ts';
import { isDoneWithin } from '../done-within.ts';

/** After this the peers have had their BYE, answered or not. */
const HANG_UP_MS = 2000;

/** Lets calls end for that long, then hangs up on both sides of those that are left. */
export async function drainCalls(router: CallRouter, limitMs: number): Promise<void> {
  const idle = router.beginDrain();
  if (await isDoneWithin(idle, limitMs)) return;
  router.endAll('server_restart');
  await isDoneWithin(idle, HANG_UP_MS);
}
