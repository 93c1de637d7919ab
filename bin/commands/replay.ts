import type { Answer } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { readTenantFile } from '../tenant-secrets.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

interface Options extends JsonOption {
  readonly hours?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit: string;
}

type Change = Report['changes'][number];

type Kind = Report['kinds'][number];

type Report = Answer<'POST /tenant-files/replay'>;

const KIND_COLUMNS = [
  { title: 'calls', value: (row: Kind) => row.calls, align: 'right' },
  { title: 'before', value: (row: Kind) => row.before },
  { title: 'after', value: (row: Kind) => row.after },
] as const;

const CHANGE_COLUMNS = [
  { title: 'call', value: (row: Change) => row.call },
  { title: 'started', value: (row: Change) => row.started_at },
  { title: 'from', value: (row: Change) => row.from },
  { title: 'to', value: (row: Change) => row.to },
  { title: 'before', value: (row: Change) => row.before },
  { title: 'after', value: (row: Change) => row.after },
  { title: 'why', value: (row: Change) => row.why },
];

/** `didfarm replay`: which calls of the past would have ended otherwise with a tenant file. */
export const registerReplay: RegisterCommand = (program, context) => {
  program
    .command('replay')
    .argument('<file>', 'a tenant file that is not applied')
    .option('--hours <n>', 'the calls of the last so many hours; default: 24')
    .option('--from <time>', 'the calls from then on, in the place of --hours')
    .option('--to <time>', 'the calls before then; default: now')
    .option('--limit <n>', 'list so many calls; all are counted', '1000000')
    .option(...JSON_OPTION)
    .description('which recorded calls would end otherwise with a tenant file; exit 0 none, 2 some, 1 a fault')
    .action(async (file: string, options: Options) => {
      const body = { ...readTenantFile(context, file), ...rangeOf(options) };
      const { data } = await withChannel(context, (channel) =>
        call<{ data: Report }>(channel, 'POST', '/tenant-files/replay', body),
      );
      show(context, options, data, () => reportText(data));
      if (data.different > 0) process.exitCode = EXIT.differs;
    });
};

function rangeOf({ hours, from, to, limit }: Options) {
  return {
    limit: numberOf('--limit', limit),
    ...(hours === undefined ? {} : { hours: numberOf('--hours', hours) }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value)) throw new CliError(`${name} must be a number, got ${text}`);
  return value;
}

function reportText(report: Report): string {
  const { from, to, replayed, different, left_out, recorded_otherwise, changes, kinds } = report;
  const left = left_out === 0 ? '' : `, ${left_out} left out: their records do not say who called`;
  const head = `${replayed} calls from ${from} to ${to}${left}: ${different} would end otherwise\n`;
  const otherwise =
    recorded_otherwise === 0
      ? ''
      : `${recorded_otherwise} were let in or refused otherwise than the tenants of now would\n`;
  if (different === 0) return head + otherwise;
  const more = different > changes.length ? `${different - changes.length} more are not listed: see --limit\n` : '';
  return `${head}${otherwise}\n${renderTable(KIND_COLUMNS, kinds)}\n${renderTable(CHANGE_COLUMNS, changes)}${more}`;
}
