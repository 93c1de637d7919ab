import { join } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import type { Channel } from './channel.ts';
import { CONTROL_SOCKET } from './places.ts';
import { connectSocketChannel } from './socket-channel.ts';

export interface ChannelOptions {
  /** The command fills a database that may not be there yet. @default false */
  readonly mayCreate?: boolean;
  /** Where there is no database an empty one will do, which is forgotten afterwards. @default false */
  readonly orEmpty?: boolean;
}

/** The running server if there is one, else the database itself under its exclusive lock. */
export async function openChannel(
  env: Readonly<Record<string, string | undefined>>,
  options: ChannelOptions = {},
): Promise<Channel> {
  const { config } = loadConfig(env, { mayMakeDemo: true });
  const live = await connectSocketChannel(join(config.dataDir, CONTROL_SOCKET));
  if (live !== undefined) return live;
  // The whole API and the store are loaded only when they are needed here.
  const { openOfflineChannel } = await import('./offline-channel.ts');
  return openOfflineChannel(config, options);
}
