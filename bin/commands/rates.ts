import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Row } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderFields } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Deck = Row<'GET /rate-decks'>;

/** `didfarm rates list|show|create|import|assign|unassign|rerate|unrated`. */
export const registerRates: RegisterCommand = (program, context) => {
  const command = addResource<Deck>(program, context, {
    name: 'rates',
    description: 'price lists, and who pays by them',
    path: '/rate-decks',
    columns: [
      { title: 'id', value: (deck) => deck.id, align: 'right' },
      { title: 'uuid', value: (deck) => deck.uuid },
      { title: 'account', value: (deck) => deck.account_id },
      { title: 'name', value: (deck) => deck.name },
      { title: 'currency', value: (deck) => deck.currency },
      { title: 'zone', value: (deck) => deck.timezone },
      { title: 'prices', value: (deck) => deck.rates, align: 'right' },
    ],
  });
  command
    .command('create')
    .argument('<name>')
    .option('--currency <code>', 'such as EUR', 'EUR')
    .option('--timezone <zone>', 'such as Europe/Amsterdam', 'UTC')
    .option('--account <id>', 'whose revenue it makes; default: the platform')
    .option(...JSON_OPTION)
    .description('make a price list')
    .action(async (name: string, options: JsonOption & { currency: string; timezone: string; account?: string }) => {
      const { currency, timezone, account } = options;
      const body = { name, currency, timezone, ...(account === undefined ? {} : { account_id: account }) };
      await printResult(context, options, 'POST', '/rate-decks', body);
    });
  addImport(command, context);
  addPayers(command, context);
  addRating(command, context);
};

function addImport(command: Command, context: CliContext): void {
  command
    .command('import')
    .argument('<id>', 'integer id or uuid of the price list')
    .argument('<file>', 'CSV with a head line; docs/billing.md lists the columns')
    .option(...JSON_OPTION)
    .description('add or replace prices, all of the file or none')
    .action(async (id: string, file: string, options: JsonOption) => {
      const path = `/rate-decks/${encodeURIComponent(id)}/rates`;
      await printResult(context, options, 'POST', path, { csv: readFileSync(file, 'utf8') });
    });
}

interface PayerOptions extends JsonOption {
  readonly account?: string;
  readonly carrier?: string;
  readonly platform?: boolean;
}

function addPayers(command: Command, context: CliContext): void {
  for (const action of ['assign', 'unassign'] as const) {
    command
      .command(action)
      .argument('<id>', 'integer id or uuid of the price list')
      .option('--account <id>', 'what this account pays')
      .option('--carrier <id>', 'what the platform pays this carrier')
      .option('--platform', 'what everybody pays who has no list of an own')
      .option(...JSON_OPTION)
      .description(action === 'assign' ? 'let somebody pay by a price list' : 'take it away from somebody')
      .action(async (id: string, options: PayerOptions) => {
        const { account, carrier, platform } = options;
        const body = {
          ...(account === undefined ? {} : { account_id: account }),
          ...(carrier === undefined ? {} : { carrier_id: carrier }),
          ...(platform === undefined ? {} : { platform }),
        };
        const path = `/rate-decks/${encodeURIComponent(id)}/${action}`;
        const work = (channel: Parameters<typeof call>[0]) =>
          call<{ data: { payers: readonly string[] } }>(channel, 'POST', path, body);
        const { data } = await withChannel(context, work);
        show(context, options, data, () => `${data.payers.join('\n')}\n`);
      });
  }
}

function addRating(command: Command, context: CliContext): void {
  command
    .command('rerate')
    .requiredOption('--from <time>', 'answered at or after, such as 2026-11-01T00:00:00Z')
    .requiredOption('--to <time>', 'answered before')
    .option(...JSON_OPTION)
    .description('rate calls again by the prices of now; the ledger gets the difference')
    .action(async ({ from, to, ...options }: JsonOption & { from: string; to: string }) => {
      await printResult(context, options, 'POST', '/rating/rerate', { from, to });
    });
  command
    .command('unrated')
    .option(...JSON_OPTION)
    .description('calls that wait for a price, and why')
    .action(async (options: JsonOption) => {
      const { data } = await withChannel(context, (channel) =>
        call<{ data: readonly Record<string, unknown>[] }>(channel, 'GET', '/rating/unrated?per_page=200'),
      );
      show(context, options, data, () => data.map((row) => renderFields(row)).join('\n'));
    });
}
