import { call, type Method } from '../channel/channel.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderFields } from '../output/table.ts';
import { type JsonOption, show } from './command.ts';

/** One request, and its `data` as fields or JSON. */
export async function printResult(
  context: CliContext,
  options: JsonOption,
  method: Method,
  path: string,
  body?: object,
): Promise<void> {
  const work = (channel: Parameters<typeof call>[0]) =>
    call<{ data: Record<string, unknown> }>(channel, method, path, body);
  const { data } = await withChannel(context, work, { mayCreate: method === 'POST' });
  show(context, options, data, () => renderFields(data));
}
