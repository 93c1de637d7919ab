import type { Channel } from './channel/channel.ts';
import { type ChannelOptions, openChannel } from './channel/open-channel.ts';

/** What commands have of the outside; tests give their own. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches: progress bars and colours only then. */
  readonly isTerminal: boolean;
  out(text: string): void;
  err(text: string): void;
}

export function processContext(): CliContext {
  return {
    env: process.env,
    isTerminal: process.stderr.isTTY === true,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
  };
}

/** Runs work over a channel and always closes it. */
export async function withChannel<T>(
  context: CliContext,
  work: (channel: Channel) => Promise<T>,
  options: ChannelOptions = {},
): Promise<T> {
  const channel = await openChannel(context.env, options);
  try {
    return await work(channel);
  } finally {
    await channel.close();
  }
}
