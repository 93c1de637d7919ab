import type { Row } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { withChannel } from '../context.ts';
import { renderFields } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { addResource } from './resource.ts';

type Key = Row<'GET /api-keys'>;

/** `didfarm keys list|show|create|revoke`. */
export const registerKeys: RegisterCommand = (program, context) => {
  const command = addResource<Key>(program, context, {
    name: 'keys',
    description: 'API keys',
    path: '/api-keys',
    columns: [
      { title: 'id', value: (key) => key.id, align: 'right' },
      { title: 'account', value: (key) => key.account_id ?? 'operator', align: 'right' },
      { title: 'name', value: (key) => key.name },
      { title: 'key', value: (key) => `${key.prefix}…` },
      { title: 'mode', value: (key) => key.mode },
      { title: 'scopes', value: (key) => key.scopes.join(' ') },
      { title: 'last used', value: (key) => key.last_used_at },
    ],
  });
  command
    .command('create')
    .argument('<name>')
    .option('--account <id>', "the account it belongs to; without it an operator's key is made")
    .option('--scopes <list>', 'comma list', 'admin')
    .option(...JSON_OPTION)
    .description('make a key; it is shown here and never again')
    .action(async (name: string, options: JsonOption & { account?: string; scopes: string }) => {
      const account = options.account === undefined ? {} : { account_id: options.account };
      const body = { name, scopes: options.scopes.split(','), ...account };
      const work = (channel: Parameters<typeof call>[0]) => call<{ data: object }>(channel, 'POST', '/api-keys', body);
      const { data } = await withChannel(context, work);
      show(context, options, data, () => renderFields(data as Record<string, unknown>));
    });
  command
    .command('revoke')
    .argument('<id>', 'integer id or uuid')
    .description('revoke a key at once')
    .action(async (id: string) => {
      await withChannel(context, (channel) => call(channel, 'DELETE', `/api-keys/${encodeURIComponent(id)}`));
      context.out('revoked\n');
    });
};
