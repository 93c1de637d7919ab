import type { Command } from 'commander';
import { call, listAll } from '../channel/channel.ts';
import { type CliContext, withChannel } from '../context.ts';
import { type Column, renderFields, renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, show } from './command.ts';

/** A resource of the API as the command line shows it. */
export interface ResourceSpec<Row> {
  readonly name: string;
  readonly description: string;
  /** Under `/api/v1`. */
  readonly path: string;
  readonly columns: readonly Column<Row>[];
  /** Query of `list`: option flag, its help, the parameter. */
  readonly filters?: readonly (readonly [flag: string, help: string, parameter: string])[];
  readonly noShow?: boolean;
}

/** `didfarm NAME list|show`; the caller adds what else fits. */
export function addResource<Row>(program: Command, context: CliContext, spec: ResourceSpec<Row>): Command {
  const command = program.command(spec.name).description(spec.description);
  addList(command, context, spec);
  if (spec.noShow !== true) addShow(command, context, spec);
  return command;
}

function addList<Row>(command: Command, context: CliContext, spec: ResourceSpec<Row>): void {
  const list = command
    .command('list')
    .description(`list ${spec.name}`)
    .option(...JSON_OPTION);
  for (const [flag, help] of spec.filters ?? []) list.option(flag, help);
  list.action(async (options: JsonOption & Record<string, string>) => {
    const rows = await withChannel(context, (channel) =>
      listAll<Row>(channel, `${spec.path}${queryOf(spec, options)}`),
    );
    show(context, options, rows, () => renderTable(spec.columns, rows));
  });
}

function addShow<Row>(command: Command, context: CliContext, spec: ResourceSpec<Row>): void {
  command
    .command('show')
    .argument('<id>', 'integer id or uuid')
    .description(`show one of ${spec.name}`)
    .option(...JSON_OPTION)
    .action(async (id: string, options: JsonOption) => {
      const path = `${spec.path}/${encodeURIComponent(id)}`;
      const { data } = await withChannel(context, (channel) =>
        call<{ data: Record<string, unknown> }>(channel, 'GET', path),
      );
      show(context, options, data, () => renderFields(data));
    });
}

function queryOf<Row>(spec: ResourceSpec<Row>, options: Readonly<Record<string, string>>): string {
  const pairs = (spec.filters ?? []).flatMap(([flag, , parameter]) => {
    const name = /--([\w-]+)/.exec(flag)?.[1] ?? '';
    const value = options[name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    return value === undefined ? [] : [`${parameter}=${encodeURIComponent(value)}`];
  });
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
