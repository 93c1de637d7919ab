import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiOperations } from '../../admin/index.ts';
import { signBody } from '../../billing-hooks/index.ts';
import { type Channel, call } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';

interface ListenOptions extends JsonOption {
  readonly forward?: string;
  readonly secret?: string;
  readonly event?: string;
  readonly account?: string;
  readonly after?: string;
  readonly count?: string;
}

type Page = ApiOperations['GET /events']['response'];
type Told = Page['data'][number];

/** How often the server is asked (ms): well within what a key may ask a minute. */
const POLL_MS = 2000;
const FORWARD_TIMEOUT_MS = 10_000;

/** `didfarm listen`: events as they happen, and the same requests that a webhook would get, to a local address. */
export const registerListen: RegisterCommand = (program, context) => {
  program
    .command('listen')
    .description('print events as they happen, and forward them to a local address as a webhook would')
    .option('--forward <url>', 'POST each event there, signed')
    .option('--secret <secret>', 'what signs; made and shown when not given')
    .option('--event <name>', 'only this event')
    .option('--account <id>', 'only of this account')
    .option('--after <id>', 'begin after this event (evt_…) instead of now')
    .option('--count <n>', 'end after so many events')
    .option(...JSON_OPTION)
    .action((options: ListenOptions) => withChannel(context, (channel) => listen(channel, context, options)));
};

async function listen(channel: Channel, context: CliContext, options: ListenOptions): Promise<void> {
  const { forward } = options;
  if (forward !== undefined && !/^https?:$/.test(URL.parse(forward)?.protocol ?? '')) {
    throw new CliError(`--forward must be an address like http://127.0.0.1:3000/hook, not ${forward}`);
  }
  const most = options.count === undefined ? Number.POSITIVE_INFINITY : Number(options.count);
  if (!(most >= 1)) throw new CliError('--count must be a number from 1');
  const secret = options.secret ?? `whsec_${randomBytes(16).toString('hex')}`;
  if (forward !== undefined && options.secret === undefined) context.err(`signing with ${secret}\n`);
  let after = options.after ?? (await ask(channel, options, 'latest')).meta.next_after;
  for (let seen = 0; seen < most; ) {
    const page = await ask(channel, options, after);
    after = page.meta.next_after;
    for (const told of page.data.slice(0, most - seen)) {
      seen += 1;
      context.out(options.json === true ? `${JSON.stringify(told)}\n` : lineOf(told));
      if (forward !== undefined) context.err(`  ${await forwardTo(forward, secret, told)}\n`);
    }
    if (page.data.length === 0) await pause(POLL_MS);
  }
}

function ask(channel: Channel, { event, account }: ListenOptions, after: string): Promise<Page> {
  const query = new URLSearchParams({ after });
  if (event !== undefined) query.set('event', event);
  if (account !== undefined) query.set('account_id', account);
  return call<Page>(channel, 'GET', `/events?${query}`);
}

function lineOf({ timestamp, event, account_id: account, data }: Told): string {
  return `${timestamp}  ${event.padEnd(24)}  ${account === null ? '-' : `account ${account}`}  ${JSON.stringify(data)}\n`;
}

/** One try: who listens on a desk wants to see what failed, not to get it again later. */
async function forwardTo(url: string, secret: string, told: Told): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'didfarm-listen/1',
    'X-DIDfarm-Signature': signBody(secret, told.body),
    'X-DIDfarm-Event-Id': told.id,
    'X-DIDfarm-Timestamp': String(Math.floor(Date.now() / 1000)),
    'X-DIDfarm-Delivery-Attempt': '1',
  };
  try {
    const signal = AbortSignal.timeout(FORWARD_TIMEOUT_MS);
    const answer = await fetch(url, { method: 'POST', headers, body: told.body, redirect: 'manual', signal });
    await answer.body?.cancel();
    return `${url} answered ${answer.status}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return `${url} could not be reached (${cause?.code ?? message})`;
  }
}
