import { call } from '../channel/channel.ts';
import { withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { addResource } from './resource.ts';

interface Registration {
  readonly trunk_id: number;
  readonly name: string;
  readonly username: string;
  readonly realm: string;
  readonly registration: {
    readonly state: string;
    readonly since: string | null;
    readonly reason: string | null;
    readonly contacts: readonly { readonly source: string; readonly user_agent: string }[];
  };
}

interface Failure {
  readonly at: string;
  readonly username: string;
  readonly realm: string;
  readonly source: string;
  readonly reason: string;
  readonly sentence: string;
}

/** `didfarm registrations list|failures`. */
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
      { title: 'reason', value: (row) => row.registration.reason },
      { title: 'from', value: (row) => row.registration.contacts.map((contact) => contact.source).join(' ') },
      { title: 'user agent', value: (row) => row.registration.contacts[0]?.user_agent },
    ],
  });
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
};

const FAILURE_COLUMNS = [
  { title: 'at', value: (failure: Failure) => failure.at },
  { title: 'identity', value: (failure: Failure) => `${failure.username}@${failure.realm}` },
  { title: 'source', value: (failure: Failure) => failure.source },
  { title: 'reason', value: (failure: Failure) => failure.reason },
  { title: 'what happened', value: (failure: Failure) => failure.sentence },
];
