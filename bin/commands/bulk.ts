import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Answer, Row } from '../channel/api.ts';
import { type Channel, call } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { createProgress } from '../output/progress.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, show } from './command.ts';

type Name = 'trunks' | 'dids' | 'accounts';

type Fault = Job['faults'][number];

type Job = Answer<'GET /bulk/trunks/{id}'>;

type Password = Row<'POST /bulk/trunks/{id}/passwords'>;

interface ImportOptions extends JsonOption {
  readonly dryRun?: boolean;
  readonly onExisting: string;
}

const FAULT_COLUMNS = [
  { title: 'row', value: (fault: Fault) => fault.row, align: 'right' as const },
  { title: 'line', value: (fault: Fault) => fault.line, align: 'right' as const },
  { title: 'problem', value: (fault: Fault) => fault.problem },
  { title: 'remedy', value: (fault: Fault) => fault.remedy },
];

const PASSWORD_COLUMNS = [
  { title: 'row', value: (row: Password) => row.row, align: 'right' as const },
  { title: 'trunk', value: (row: Password) => row.name },
  { title: 'user', value: (row: Password) => row.username },
  { title: 'password', value: (row: Password) => row.password },
  { title: 'realm', value: (row: Password) => row.realm },
];

const POLL_MS = 100;

/** `didfarm NAME import|export`: many at once, as CSV or JSON. */
export function addBulk(command: Command, context: CliContext, name: Name): void {
  command
    .command('import')
    .argument('<file>', 'CSV with a line of column names, or JSON: [{…}, …]')
    .option('--dry-run', 'try everything and change nothing')
    .option('--on-existing <what>', 'fail, skip or update what is there already', 'fail')
    .option(...JSON_OPTION)
    .description(`import ${name}; each row is done, or told with its line and why not`)
    .action(async (file: string, options: ImportOptions) => {
      const { job, passwords } = await withChannel(
        context,
        (channel) => runJob(channel, context, name, file, options),
        {
          mayCreate: true,
        },
      );
      show(context, options, { ...job, passwords }, () => jobText(job, passwords));
      if (job.faulty > 0 || job.state !== 'done') process.exitCode = 1;
    });
  command
    .command('export')
    .option('--format <format>', 'csv or json', 'csv')
    .description(`every one of the ${name}, as import takes them; no passwords`)
    .action(async ({ format }: { readonly format: string }) => {
      const path = `/exports/${name}?format=${encodeURIComponent(format)}`;
      const body = await withChannel(context, (channel) => call<unknown>(channel, 'GET', path));
      context.out(typeof body === 'string' ? body : `${JSON.stringify(body, null, 2)}\n`);
    });
}

async function runJob(channel: Channel, context: CliContext, name: Name, file: string, options: ImportOptions) {
  const body = { ...readRows(file), dry_run: options.dryRun ?? false, on_existing: options.onExisting };
  const accepted = await call<{ data: Job }>(channel, 'POST', `/bulk/${name}`, body);
  const path = `/bulk/${name}/${accepted.data.id}`;
  const progress = createProgress(context, options.dryRun === true ? 'trying' : 'importing', accepted.data.total);
  let job = accepted.data;
  while (job.finished_at === null) {
    await setTimeout(POLL_MS);
    job = (await call<{ data: Job }>(channel, 'GET', path)).data;
    progress(job.done);
  }
  const made = name === 'trunks' && !job.dry_run;
  const passwords = made ? (await call<{ data: readonly Password[] }>(channel, 'POST', `${path}/passwords`)).data : [];
  return { job, passwords };
}

function readRows(file: string): { readonly csv: string } | { readonly rows: unknown } {
  const text = readText(file);
  if (!/^\s*[[{]/.test(text)) return { csv: text };
  try {
    const parsed = JSON.parse(text) as { readonly rows?: unknown };
    return { rows: Array.isArray(parsed) ? parsed : parsed.rows };
  } catch (error) {
    throw new CliError(`${file} is not JSON: ${(error as Error).message}`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function jobText(job: Job, passwords: readonly Password[]): string {
  const { created, changed, unchanged, faulty } = job;
  const what = job.dry_run ? 'would be ' : '';
  const parts = [
    `${created} ${what}created`,
    `${changed} ${what}changed`,
    `${unchanged} unchanged`,
    `${faulty} at fault`,
  ];
  const faults = job.faults.length === 0 ? '' : `\n${renderTable(FAULT_COLUMNS, job.faults)}`;
  const told =
    passwords.length === 0 ? '' : `\nNew passwords, shown once:\n\n${renderTable(PASSWORD_COLUMNS, passwords)}`;
  return `${parts.join(', ')}\n${faults}${told}`;
}
