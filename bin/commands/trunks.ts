import type { Command } from 'commander';
import type { Row } from '../channel/api.ts';
import { type Channel, call } from '../channel/channel.ts';
import { TRUNK_ARGUMENT, trunkPath } from '../channel/find-trunk.ts';
import { type CliContext, withChannel } from '../context.ts';
import { type PbxConfig, renderPbxConfig } from '../output/pbx-config.ts';
import { renderRegistration, stateText } from '../output/registration.ts';
import { renderFields } from '../output/table.ts';
import { addBulk } from './bulk.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { addPbxConfig, PBX_OPTION } from './pbx-config.ts';
import { addResource } from './resource.ts';

type Trunk = Row<'GET /portal/sip-trunks'>;

/** `didfarm trunks list|show|create|regenerate|pbx-config|import|export|delete`. */
export const registerTrunks: RegisterCommand = (program, context) => {
  const command = addResource<Trunk>(program, context, {
    name: 'trunks',
    description: 'SIP trunks of every account',
    path: '/portal/sip-trunks',
    noShow: true,
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--search <text>', 'part of the name or user name', 'search'],
    ],
    columns: [
      { title: 'id', value: (trunk) => trunk.id, align: 'right' },
      { title: 'uuid', value: (trunk) => trunk.uuid },
      { title: 'account', value: (trunk) => trunk.account_id, align: 'right' },
      { title: 'name', value: (trunk) => trunk.name },
      { title: 'user', value: (trunk) => trunk.username },
      { title: 'realm', value: (trunk) => trunk.realm },
      { title: 'status', value: (trunk) => trunk.status },
      { title: 'registration', value: (trunk) => stateText(trunk.registration) },
      { title: 'from', value: (trunk) => trunk.registration.contacts.map((contact) => contact.source).join(' ') },
      { title: 'max in', value: (trunk) => trunk.max_in, align: 'right' },
    ],
  });
  const print = async (options: JsonOption, work: (channel: Channel) => Promise<{ data: object }>) => {
    const { data } = await withChannel(context, work);
    // A trunk just made or changed has no registration to show.
    type Told = { readonly pbx_config?: PbxConfig; readonly registration?: unknown };
    const { pbx_config: config, registration: _, ...rest } = data as Told;
    const more = config === undefined ? '' : `\n${renderPbxConfig(config)}`;
    show(context, options, data, () => `${renderFields(rest)}${more}`);
  };
  addShow(command, context);
  addPbxConfig(command, context);
  addBulk(command, context, 'trunks');
  command
    .command('create')
    .argument('<name>')
    .requiredOption('--account <id>', 'integer id or uuid of the account')
    .option('--max-in <calls>', 'most inbound calls at a time')
    .option(PBX_OPTION[0], `also print the configuration for ${PBX_OPTION[1]}`)
    .option(...JSON_OPTION)
    .description('create a trunk; its password is shown here and never again')
    .action(async (name: string, options: JsonOption & { account: string; maxIn?: string; pbx?: string }) => {
      const body = {
        name,
        account_id: options.account,
        auth_type: 'digest',
        ...(options.pbx === undefined ? {} : { pbx: options.pbx }),
        ...(options.maxIn === undefined ? {} : { max_in: Number(options.maxIn) }),
      };
      await print(options, (channel) => call(channel, 'POST', '/portal/sip-trunks', body));
    });
  command
    .command('regenerate')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .option('--overlap <seconds>', 'how long the old password stays good', '0')
    .option(...JSON_OPTION)
    .description('make a new password; it is shown here and never again')
    .action(async (trunk: string, options: JsonOption & { overlap: string }) => {
      await print(options, async (channel) => {
        const path = `${await trunkPath(channel, trunk)}/regenerate-credentials`;
        return call(channel, 'POST', path, { overlap_seconds: Number(options.overlap) });
      });
    });
  command
    .command('delete')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .option(...JSON_OPTION)
    .description('delete a trunk; its PBX is unregistered, its numbers become unassigned')
    .action(async (trunk: string, options: JsonOption) => {
      await print(options, async (channel) => call(channel, 'DELETE', await trunkPath(channel, trunk)));
    });
};

function addShow(command: Command, context: CliContext): void {
  command
    .command('show')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .description('everything of one trunk; then whether it is registered, why not, and what to do')
    .option(...JSON_OPTION)
    .action(async (trunk: string, options: JsonOption) => {
      const { data } = await withChannel(context, async (channel) =>
        call<{ data: Trunk }>(channel, 'GET', await trunkPath(channel, trunk)),
      );
      const { registration, ...fields } = data;
      show(context, options, data, () => `${renderFields(fields)}\n${renderRegistration(data.name, registration)}`);
    });
}
