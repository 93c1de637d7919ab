import type { Row } from '../channel/api.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Invoice = Row<'GET /invoices'>;

/** `didfarm invoices list|show|issue|credit`. */
export const registerInvoices: RegisterCommand = (program, context) => {
  const command = addResource<Invoice>(program, context, {
    name: 'invoices',
    description: 'invoices and credit notes',
    path: '/invoices',
    filters: [['--account <id>', 'only of this account', 'account_id']],
    columns: [
      { title: 'id', value: (invoice) => invoice.id, align: 'right' },
      { title: 'number', value: (invoice) => invoice.number },
      { title: 'account', value: (invoice) => invoice.account_id, align: 'right' },
      { title: 'customer', value: (invoice) => invoice.customer },
      { title: 'from', value: (invoice) => invoice.period_from },
      { title: 'total', value: (invoice) => (invoice.total / 100).toFixed(2), align: 'right' },
      { title: 'currency', value: (invoice) => invoice.currency },
    ],
  });
  command
    .command('issue')
    .argument('<month>', 'such as 2026-11; it must be over')
    .requiredOption('--account <id>', 'integer id or uuid of the account')
    .option('--trunk <id>', 'an invoice of the account to its client on this trunk')
    .option('--currency <code>', 'of what was charged in it', 'EUR')
    .option(...JSON_OPTION)
    .description('issue the invoice of a month, or show the one that was issued')
    .action(async (month: string, options: JsonOption & { account: string; trunk?: string; currency: string }) => {
      const { account, trunk, currency } = options;
      const body = { month, account_id: account, currency, ...(trunk === undefined ? {} : { sip_trunk_id: trunk }) };
      await printResult(context, options, 'POST', '/invoices', body);
    });
  command
    .command('credit')
    .argument('<id>', 'integer id or uuid of the invoice')
    .option(...JSON_OPTION)
    .description('take an invoice back by a credit note')
    .action(async (id: string, options: JsonOption) => {
      await printResult(context, options, 'POST', `/invoices/${encodeURIComponent(id)}/credit-note`);
    });
};
