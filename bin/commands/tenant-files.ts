import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Channel, call } from '../channel/channel.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
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

async function apply(
  channel: Channel,
  context: CliContext,
  file: string,
  options: JsonOption & { readonly yes?: boolean },
): Promise<void> {
  const plan = await planOf(channel, context, file);
  if (options.json !== true) context.out(`${plan.text}\n`);
  if (plan.changes.length > 0 && options.yes !== true) await confirm();
  const body = requestOf(context, file);
  const { data } = await call<{ data: Applied }>(channel, 'POST', '/tenant-files/apply', body);
  show(context, options, data, () => appliedText(data));
}

function appliedText(applied: Applied): string {
  if (applied.changes.length === 0) return '';
  const done = `applied: ${applied.changes.length} changes\n`;
  if (applied.credentials.length === 0) return done;
  return `${done}\nNew passwords, shown once:\n\n${renderTable(CREDENTIAL_COLUMNS, applied.credentials)}`;
}

async function planOf(channel: Channel, context: CliContext, file: string): Promise<Plan> {
  const body = requestOf(context, file);
  return (await call<{ data: Plan }>(channel, 'POST', '/tenant-files/plan', body)).data;
}

function requestOf(context: CliContext, file: string) {
  const yaml = readTenantFile(file);
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
