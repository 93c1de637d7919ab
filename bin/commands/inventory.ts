import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Row } from '../channel/api.ts';
import type { CliContext } from '../context.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Stocked = Row<'GET /inventory/numbers'>;

interface ImportOptions extends JsonOption {
  readonly dryRun?: boolean;
  readonly onExisting: string;
}

/** `didfarm inventory list|import|remove`: numbers of the operator's own that are on sale. */
export const registerInventory: RegisterCommand = (program, context) => {
  const command = addResource<Stocked>(program, context, {
    name: 'inventory',
    description: 'numbers of your own that are on sale',
    path: '/inventory/numbers',
    noShow: true,
    columns: [
      { title: 'number', value: (row) => row.number },
      { title: 'country', value: (row) => row.country },
      { title: 'type', value: (row) => row.type },
      { title: 'city', value: (row) => row.city },
      { title: 'month', value: (row) => row.monthly_rate, align: 'right' },
      { title: 'setup', value: (row) => row.setup_fee, align: 'right' },
      { title: 'texts', value: (row) => (row.sms_enabled ? 'yes' : '') },
    ],
  });
  addImport(command, context);
  command
    .command('remove')
    .argument('<number>', 'E.164')
    .option(...JSON_OPTION)
    .description('take a number off sale; whoever has bought it keeps it')
    .action((number: string, options: JsonOption) =>
      printResult(context, options, 'DELETE', `/inventory/numbers/${encodeURIComponent(number)}`),
    );
};

function addImport(command: Command, context: CliContext): void {
  command
    .command('import')
    .argument('<file>', 'CSV with a line of column names; docs/billing.md lists the columns')
    .option('--dry-run', 'say what would be done, and what is wrong with each line')
    .option('--on-existing <what>', 'fail, skip or update what is in stock already', 'fail')
    .option(...JSON_OPTION)
    .description('put numbers on sale, all of the file or none')
    .action(async (file: string, options: ImportOptions) => {
      const body = { csv: readFileSync(file, 'utf8'), dry_run: options.dryRun ?? false };
      const what = { ...body, on_existing: options.onExisting };
      await printResult(context, options, 'POST', '/inventory/import', what);
    });
}
