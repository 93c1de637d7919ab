import { setTimeout } from 'node:timers/promises';
import { type Channel, call } from '../channel/channel.ts';
import type { CliContext } from '../context.ts';
import { createProgress } from './progress.ts';

const POLL_MS = 100;

interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Does long work on a tenant file and draws how far it is, for a person who watches. */
export async function watched<T>(
  channel: Channel,
  context: CliContext,
  label: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!context.isTerminal) return work();
  const ended = new AbortController();
  const drawn = draw(channel, context, label, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await drawn;
  }
}

async function draw(channel: Channel, context: CliContext, label: string, ended: AbortSignal): Promise<void> {
  let total = 0;
  while (!ended.aborted) {
    await setTimeout(POLL_MS, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) break;
    // What cannot be asked is not drawn; the work itself tells what is wrong.
    const answer = await call<{ data: Progress | null }>(channel, 'GET', '/tenant-files/progress').catch(
      () => undefined,
    );
    if (ended.aborted || answer?.data == null) continue;
    total = answer.data.total;
    createProgress(context, label, total)(Math.min(answer.data.done, total - 1));
  }
  if (total > 0) createProgress(context, label, total)(total);
}
