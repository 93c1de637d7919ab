import type { Row } from '../channel/api.ts';
import { addBulk } from './bulk.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Did = Row<'GET /dids'>;

/** `didfarm dids list|show|add|assign|import|export`. */
export const registerDids: RegisterCommand = (program, context) => {
  const command = addResource<Did>(program, context, {
    name: 'dids',
    description: 'numbers of every account and where they ring',
    path: '/dids',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--search <text>', 'part of the number or the notes', 'search'],
    ],
    columns: [
      { title: 'id', value: (did) => did.id, align: 'right' },
      { title: 'number', value: (did) => did.number },
      { title: 'account', value: (did) => did.account_id, align: 'right' },
      { title: 'status', value: (did) => did.status },
      { title: 'destination', value: (did) => destinationText(did.destination) },
      { title: 'notes', value: (did) => did.notes },
    ],
  });
  addBulk(command, context, 'dids');
  command
    .command('add')
    .argument('<number>', 'E.164; of a block its first number')
    .requiredOption('--account <id>', 'whose it is')
    .option(...JSON_OPTION)
    .description('add a number that a carrier delivers')
    .action((number: string, options: JsonOption & { readonly account: string }) =>
      printResult(context, options, 'POST', '/dids', { number, account_id: options.account }),
    );
  command
    .command('assign')
    .argument('<number>')
    .requiredOption('--trunk <id>', 'the trunk that it rings: integer id or uuid')
    .option('--notes <text>', 'for people')
    .option(...JSON_OPTION)
    .description('let a number ring a trunk')
    .action((number: string, options: JsonOption & { readonly trunk: string; readonly notes?: string }) => {
      const notes = options.notes === undefined ? {} : { notes: options.notes };
      const body = { number, sip_trunk_id: idOf(options.trunk), ...notes };
      return printResult(context, options, 'POST', '/portal/did-routing', body);
    });
};

/** Integer ids go as integers, as the API takes them. */
function idOf(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function destinationText(destination: Did['destination']): string {
  if (destination === null) return '';
  return [destination.kind, destination.id ?? destination.uri].filter((part) => part !== undefined).join(' ');
}
