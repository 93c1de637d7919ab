import { join } from 'node:path';
import { type Child, type Core, startScript } from './child.ts';
import type { OnEnd } from './work-dir.ts';

interface CallGenerator {
  /** UDP port of the server. */
  readonly port: number;
  /** Has users.csv and dids.csv. */
  readonly dir: string;
  /** So many of its users are called. */
  readonly pbxes: number;
  readonly onEnd: OnEnd;
  readonly core?: Core;
}

/** A generator of calls whose PBXes have registered. */
export async function startCallGenerator({ port, dir, pbxes, onEnd, core }: CallGenerator): Promise<Child> {
  const args = [String(port), join(dir, 'users.csv'), join(dir, 'dids.csv'), String(pbxes)];
  const load = startScript(core ?? 'generator', 'bench/load/call-load.ts', args);
  onEnd(() => load.stop());
  await load.ask({ mode: 'register' });
  return load;
}
