import { CliError } from '../cli-error.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface ChannelResponse {
  readonly status: number;
  readonly body: unknown;
}

/** A way to the REST API with operator rights: the control socket of a running server, or the database itself. */
export interface Channel {
  readonly kind: 'server' | 'offline';
  request(method: Method, path: string, body?: unknown): Promise<ChannelResponse>;
  close(): Promise<void>;
}

/** One request whose refusal ends the command with the API's own sentence and what it advises. */
export async function call<T>(channel: Channel, method: Method, path: string, body?: unknown): Promise<T> {
  return unwrap<T>(await channel.request(method, `/api/v1${path}`, body));
}

/** What was answered. @throws CliError with the refusal */
export function unwrap<T>(response: ChannelResponse): T {
  if (response.status >= 200 && response.status < 300) return response.body as T;
  throw new CliError(refusalText(response));
}

/** Every page of a list. */
export async function listAll<T>(channel: Channel, path: string): Promise<readonly T[]> {
  const all: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const joiner = path.includes('?') ? '&' : '?';
    const suffix: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: ListPage<T> = await call(channel, 'GET', `${path}${joiner}per_page=200${suffix}`);
    all.push(...page.data);
    cursor = page.meta.next_cursor;
  }
  return all;
}

interface ListPage<T> {
  readonly data: readonly T[];
  readonly meta: { readonly next_cursor: string | null };
}

function refusalText(response: ChannelResponse): string {
  const { error } = (response.body ?? {}) as { error?: { message?: string; remedy?: string; log_id?: string } };
  if (error?.message === undefined) return `the server answered ${response.status}`;
  // Faults of a file are lines of their own, and say themselves what to do.
  const isList = error.message.includes('\n') || /:\d+:\d+: /.test(error.message);
  const said = error.remedy === undefined || isList ? error.message : `${error.message} ${error.remedy}`;
  return `${said}${error.log_id === undefined ? '' : ` (log id ${error.log_id})`}`;
}
