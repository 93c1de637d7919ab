import { join } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import { CONTROL_SOCKET } from '../channel/places.ts';
import { connectSocketChannel } from '../channel/socket-channel.ts';
import { CliError } from '../cli-error.ts';
import type { CliContext } from '../context.ts';

/** The configuration, once it is certain that no server runs on it. @throws CliError with the remedy */
export async function refuseRunning(context: CliContext, remedy: string) {
  const { config } = loadConfig(context.env);
  const live = await connectSocketChannel(join(config.dataDir, CONTROL_SOCKET));
  if (live !== undefined) throw new CliError(`the server is running: ${remedy}`);
  return config;
}
