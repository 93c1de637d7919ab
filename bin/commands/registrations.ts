import type { Command } from 'commander';
import type { Row } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { TRUNK_ARGUMENT, trunkPath } from '../channel/find-trunk.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderAvailability, renderRegistration, type ShownAvailability } from '../output/registration.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { addResource } from './resource.ts';

type Registration = Row<'GET /registrations'>;

type Failure = Row<'GET /registrations/failures'>;

type Trunk = Row<'GET /portal/sip-trunks'>;

/** `didfarm registrations list|show|failures|availability`. */
export const registerRegistrations: RegisterCommand = (program, context) => {
  const command = addResource<Registration>(program, context, {
    name: 'registrations',
    description: 'which PBXes are registered, and why others are not',
    path: '/registrations',
    noShow: true,
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--state <state>', 'never, registered or offline', 'state'],
    ],
    columns: [
      { title: 'trunk', value: (row) => row.trunk_id, align: 'right' },
      { title: 'name', value: (row) => row.name },
      { title: 'identity', value: (row) => `${row.username}@${row.realm}` },
      { title: 'state', value: (row) => row.registration.state },
      { title: 'since', value: (row) => row.registration.since },
      { title: 'from', value: (row) => row.registration.contacts.map((contact) => contact.source).join(' ') },
      { title: 'over', value: (row) => row.registration.transport },
      { title: 'rtt ms', value: (row) => row.registration.rtt_ms, align: 'right' },
      { title: 'user agent', value: (row) => row.registration.user_agent },
      { title: 'why not', value: (row) => row.registration.sentence },
    ],
  });
  addShow(command, context);
  addFailures(command, context);
  addAvailability(command, context);
};

function addShow(command: Command, context: CliContext): void {
  command
    .command('show')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .option(...JSON_OPTION)
    .description('one trunk: registered or why not, what to do, and who is there')
    .action(async (trunk: string, options: JsonOption) => {
      const { data } = await withChannel(context, async (channel) =>
        call<{ data: Trunk }>(channel, 'GET', await trunkPath(channel, trunk)),
      );
      show(context, options, data.registration, () => renderRegistration(data.name, data.registration));
    });
}

function addFailures(command: Command, context: CliContext): void {
  command
    .command('failures')
    .option('--trunk <id>', 'only of this trunk')
    .option(...JSON_OPTION)
    .description('the newest failed REGISTERs')
    .action(async (options: JsonOption & { trunk?: string }) => {
      const query = options.trunk === undefined ? '' : `?trunk=${encodeURIComponent(options.trunk)}`;
      const path = `/registrations/failures${query}`;
      const { data } = await withChannel(context, (channel) =>
        call<{ data: readonly Failure[] }>(channel, 'GET', path),
      );
      show(context, options, data, () => renderTable(FAILURE_COLUMNS, data));
    });
}

function addAvailability(command: Command, context: CliContext): void {
  command
    .command('availability')
    .argument('<trunk>', TRUNK_ARGUMENT)
    .option('--by <unit>', 'day or month', 'day')
    .option('--from <date>', 'first day, such as 2026-11-01')
    .option('--to <date>', 'last day')
    .option(...JSON_OPTION)
    .description('how much of each day or month a PBX was registered')
    .action(async (trunk: string, options: JsonOption & { by: string; from?: string; to?: string }) => {
      const { by, from, to } = options;
      const query = new URLSearchParams({
        by,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      const { data } = await withChannel(context, async (channel) => {
        const path = `${await trunkPath(channel, trunk)}/availability?${query}`;
        return call<{ data: ShownAvailability }>(channel, 'GET', path);
      });
      show(context, options, data, () => renderAvailability(data));
    });
}

const FAILURE_COLUMNS = [
  { title: 'at', value: (failure: Failure) => failure.at },
  { title: 'identity', value: (failure: Failure) => `${failure.username}@${failure.realm}` },
  { title: 'source', value: (failure: Failure) => failure.source },
  { title: 'reason', value: (failure: Failure) => failure.reason },
  { title: 'what happened', value: (failure: Failure) => failure.sentence },
  { title: 'what to do', value: (failure: Failure) => failure.remedy },
];
