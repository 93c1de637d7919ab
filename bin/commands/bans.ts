import type { Row } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

type Ban = Row<'GET /bans'>;

const COLUMNS = [
  { title: 'address', value: (ban: Ban) => ban.address },
  { title: 'until', value: (ban: Ban) => ban.until },
  { title: 'reason', value: (ban: Ban) => ban.reason },
];

/** `didfarm bans list|lift`. */
export const registerBans: RegisterCommand = (program, context) => {
  const command = program.command('bans').description('addresses that SIP refuses for a while');
  command
    .command('list')
    .option(...JSON_OPTION)
    .description('list bans')
    .action(async (options: JsonOption) => {
      const { data } = await withChannel(context, (channel) => call<{ data: readonly Ban[] }>(channel, 'GET', '/bans'));
      show(context, options, data, () => renderTable(COLUMNS, data));
    });
  command
    .command('lift')
    .argument('<address>')
    .description('lift a ban')
    .action(async (address: string) => {
      await withChannel(context, (channel) => call(channel, 'DELETE', `/bans/${encodeURIComponent(address)}`));
      context.out('lifted\n');
    });
};
