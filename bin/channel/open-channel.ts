import { join } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import type { Channel } from './channel.ts';
import { openOfflineChannel } from './offline-channel.ts';
import { connectSocketChannel } from './socket-channel.ts';

/** The file in the data directory on which a running server speaks REST with operator rights (0600). */
export const CONTROL_SOCKET = 'control.sock';

export interface ChannelOptions {
  /** The command fills a database that may not be there yet. @default false */
  readonly mayCreate?: boolean;
}

/** The running server if there is one, else the database itself under its exclusive lock. */
export async function openChannel(
  env: Readonly<Record<string, string | undefined>>,
  options: ChannelOptions = {},
): Promise<Channel> {
  const { config } = loadConfig(env);
  const live = await connectSocketChannel(join(config.dataDir, CONTROL_SOCKET));
  return live ?? openOfflineChannel(config, options.mayCreate === true);
}
