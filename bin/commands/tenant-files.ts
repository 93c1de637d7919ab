import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type Channel, call } from '../channel/channel.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { watched } from '../output/watched.ts';
import { readSecrets } from '../tenant-secrets.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

interface Plan {
  readonly text: string;
  readonly changes: readonly unknown[];
}

interface Credentials {
  readonly account: string;
  readonly trunk: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
}

interface Applied extends Plan {
  readonly credentials: readonly Credentials[];
}

const CREDENTIAL_COLUMNS = [
  { title: 'account', value: (row: Credentials) => row.account },
  { title: 'trunk', value: (row: Credentials) => row.trunk },
  { title: 'user', value: (row: Credentials) => row.username },
  { title: 'password', value: (row: Credentials) => row.password },
  { title: 'realm', value: (row: Credentials) => row.realm },
];

/** `didfarm plan`, `apply`, `export`: tenants as code. */
export const registerTenantFiles: RegisterCommand = (program, context) => {
  program
    .command('plan')
    .argument('<file>', 'a tenant file')
    .option(...JSON_OPTION)
    .description('what a tenant file would change; exit 0 nothing, 2 something, 1 a fault')
    .action(async (file: string, options: JsonOption) => {
      const plan = await withChannel(context, (channel) => planOf(channel, context, file), { mayCreate: true });
      show(context, options, plan, () => `${plan.text}\n`);
      if (plan.changes.length > 0) process.exitCode = EXIT.differs;
    });
  program
    .command('apply')
    .argument('<file>', 'a tenant file')
    .option('--yes', 'do not ask')
    .option(...JSON_OPTION)
    .description('plan a tenant file, then do it')
    .action(async (file: string, options: JsonOption & { readonly yes?: boolean }) => {
      await withChannel(context, (channel) => apply(channel, context, file, options), { mayCreate: true });
    });
  addHistory(program, context);
  program
    .command('export')
    .option('--account <id>', 'only this account and those below it')
    .description('the tenant file that says what there is, without secrets')
    .action(async (options: { readonly account?: string }) => {
      const query = options.account === undefined ? '' : `?account=${encodeURIComponent(options.account)}`;
      const path = `/tenant-files/export${query}`;
      const work = (channel: Channel) => call<{ data: { yaml: string } }>(channel, 'GET', path);
      context.out((await withChannel(context, work)).data.yaml);
    });
};

/** `drift` and `rollback`: against, and back to, files that were applied. */
function addHistory(program: Command, context: CliContext): void {
  program
    .command('drift')
    .option(...JSON_OPTION)
    .description('what differs from the file applied last; exit 0 nothing, 2 something, 1 a fault')
    .action(async (options: JsonOption) => {
      const { applied, plan } = await withChannel(context, async (channel) => {
        const applied = await appliedFile(channel, 0);
        return { applied, plan: await planText(channel, context, applied.yaml, applied.name) };
      });
      const head = `against ${applied.name}, applied ${applied.applied_at}; applying it again would do this:\n`;
      show(context, options, plan, () => `${plan.changes.length > 0 ? head : ''}${plan.text}\n`);
      if (plan.changes.length > 0) process.exitCode = EXIT.differs;
    });
  program
    .command('rollback')
    .argument('<n>', 'how many applies to go back; 1: the file before the last')
    .option('--yes', 'do not ask')
    .option(...JSON_OPTION)
    .description(
      'apply again the file that was applied so many applies ago; what it does not name stays, unless it prunes',
    )
    .action(async (n: string, options: JsonOption & { readonly yes?: boolean }) => {
      if (!/^[1-9]\d{0,4}$/.test(n)) throw new CliError(`<n> must be a whole number from 1 on, got ${n}`);
      await withChannel(context, async (channel) => {
        const { yaml, name } = await appliedFile(channel, Number(n));
        await applyText(channel, context, { yaml, name }, options);
      });
    });
}

interface AppliedFile {
  readonly yaml: string;
  readonly name: string;
  readonly applied_at: string;
}

async function appliedFile(channel: Channel, back: number): Promise<AppliedFile> {
  return (await call<{ data: AppliedFile }>(channel, 'GET', `/tenant-files/applied?back=${back}`)).data;
}

async function apply(
  channel: Channel,
  context: CliContext,
  file: string,
  options: JsonOption & { readonly yes?: boolean },
): Promise<void> {
  await applyText(channel, context, { yaml: readTenantFile(file), name: file }, options);
}

async function applyText(
  channel: Channel,
  context: CliContext,
  { yaml, name }: { readonly yaml: string; readonly name: string },
  options: JsonOption & { readonly yes?: boolean },
): Promise<void> {
  const plan = await planText(channel, context, yaml, name);
  if (options.json !== true) context.out(`${plan.text}\n`);
  if (plan.changes.length > 0 && options.yes !== true) await confirm();
  const body = requestOf(context, yaml, name);
  const { data } = await watched(channel, context, 'applying', () =>
    call<{ data: Applied }>(channel, 'POST', '/tenant-files/apply', body),
  );
  show(context, options, data, () => appliedText(data));
}

function appliedText(applied: Applied): string {
  if (applied.changes.length === 0) return '';
  const done = `applied: ${applied.changes.length} changes\n`;
  if (applied.credentials.length === 0) return done;
  return `${done}\nNew passwords, shown once:\n\n${renderTable(CREDENTIAL_COLUMNS, applied.credentials)}`;
}

async function planOf(channel: Channel, context: CliContext, file: string): Promise<Plan> {
  return planText(channel, context, readTenantFile(file), file);
}

async function planText(channel: Channel, context: CliContext, yaml: string, name: string): Promise<Plan> {
  const body = requestOf(context, yaml, name);
  const work = () => call<{ data: Plan }>(channel, 'POST', '/tenant-files/plan', body);
  return (await watched(channel, context, 'planning', work)).data;
}

function requestOf(context: CliContext, yaml: string, file: string) {
  return { yaml, name: file.slice(-255), secrets: readSecrets(yaml, file, context.env) };
}

function readTenantFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CliError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function confirm(): Promise<void> {
  if (process.stdin.isTTY !== true) throw new CliError('nobody is there to ask: add --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Apply? [y/N] ');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('not applied');
}
