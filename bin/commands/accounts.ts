import type { Row } from '../channel/api.ts';
import { addBulk } from './bulk.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Account = Row<'GET /accounts'>;

interface CreateOptions extends JsonOption {
  readonly parent?: string;
  readonly reseller?: boolean;
}

/** `didfarm accounts list|show|create|import|export`. */
export const registerAccounts: RegisterCommand = (program, context) => {
  const command = addResource<Account>(program, context, {
    name: 'accounts',
    description: 'the tree of accounts',
    path: '/accounts',
    filters: [['--parent <id>', 'only the children of this account', 'parent_id']],
    columns: [
      { title: 'id', value: (account) => account.id, align: 'right' },
      { title: 'uuid', value: (account) => account.uuid },
      { title: 'parent', value: (account) => account.parent_id, align: 'right' },
      { title: 'name', value: (account) => account.name },
      { title: 'reseller', value: (account) => (account.is_reseller ? 'yes' : '') },
      { title: 'status', value: (account) => account.status },
      { title: 'max in', value: (account) => account.max_in, align: 'right' },
      { title: 'max out', value: (account) => account.max_out, align: 'right' },
    ],
  });
  addBulk(command, context, 'accounts');
  command
    .command('create')
    .argument('<name>')
    .option('--parent <id>', 'the reseller account that it belongs to')
    .option('--reseller', 'it may have child accounts')
    .option(...JSON_OPTION)
    .description('create an account')
    .action((name: string, options: CreateOptions) => {
      const parent = options.parent === undefined ? {} : { parent_id: options.parent };
      const body = { name, is_reseller: options.reseller === true, ...parent };
      return printResult(context, options, 'POST', '/accounts', body);
    });
};
