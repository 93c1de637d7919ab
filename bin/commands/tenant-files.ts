import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { CallTestReport } from '../../routing/index.ts';
import { readCallTests, runTests } from '../call-test-files.ts';
import { type Channel, call, unwrap } from '../channel/channel.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { renderReport } from '../output/call-test-report.ts';
import { renderTable } from '../output/table.ts';
import { watched } from '../output/watched.ts';
import { readTenantFile, type TenantFileBody, tenantFileBody } from '../tenant-secrets.ts';
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

interface TestOption {
  readonly test?: string;
}

const TEST_OPTION = ['--test <tests>', 'call tests that must pass with the file'] as const;

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
    .option(...TEST_OPTION)
    .option(...JSON_OPTION)
    .description('what a tenant file would change; exit 0 nothing, 2 something, 1 a fault or a failed test')
    .action(async (file: string, options: JsonOption & TestOption) => {
      await withChannel(context, (channel) => plan(channel, context, file, options), { mayCreate: true });
    });
  program
    .command('apply')
    .argument('<file>', 'a tenant file')
    .option('--yes', 'do not ask')
    .option(...TEST_OPTION)
    .option(...JSON_OPTION)
    .description('plan a tenant file, then do it, unless a test fails')
    .action(async (file: string, options: JsonOption & TestOption & { readonly yes?: boolean }) => {
      await withChannel(context, (channel) => apply(channel, context, readTenantFile(context, file), options), {
        mayCreate: true,
      });
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
        return { applied, plan: await planOf(channel, context, tenantFileBody(context, applied.yaml, applied.name)) };
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
        await apply(channel, context, tenantFileBody(context, yaml, name), options);
      });
    });
}

interface AppliedFile {
  readonly yaml: string;
  readonly name: string;
  readonly applied_at: string;
}

async function appliedFile(channel: Channel, back: number): Promise<AppliedFile> {
  const response = await channel.request('GET', `/api/v1/tenant-files/applied?back=${back}`);
  if (response.status === 404) {
    const much =
      back === 0 ? 'no tenant file has been applied yet' : `fewer than ${back + 1} tenant files have been applied`;
    throw new CliError(`${much}: "didfarm apply FILE" applies one`);
  }
  return unwrap<{ data: AppliedFile }>(response).data;
}

async function plan(
  channel: Channel,
  context: CliContext,
  file: string,
  options: JsonOption & TestOption,
): Promise<void> {
  const body = readTenantFile(context, file);
  const planned = await planOf(channel, context, body);
  const tests = await testsOf(channel, body, options);
  const value = tests === undefined ? planned : { ...planned, tests };
  show(context, options, value, () => `${planned.text}\n${testsText(tests, options)}`);
  if (planned.changes.length > 0) process.exitCode = EXIT.differs;
  if (tests !== undefined && tests.failed > 0) process.exitCode = EXIT.fault;
}

async function apply(
  channel: Channel,
  context: CliContext,
  body: TenantFileBody,
  options: JsonOption & TestOption & { readonly yes?: boolean },
): Promise<void> {
  const planned = await planOf(channel, context, body);
  const tests = await testsOf(channel, body, options);
  if (options.json !== true) context.out(`${planned.text}\n${testsText(tests, options)}`);
  if (tests !== undefined && tests.failed > 0) throw new CliError(`not applied: ${tests.failed} tests failed`);
  if (planned.changes.length > 0 && options.yes !== true) await confirm();
  const { data } = await watched(channel, context, 'applying', () =>
    call<{ data: Applied }>(channel, 'POST', '/tenant-files/apply', body),
  );
  show(context, options, data, () => appliedText(data));
}

/** What the tests say of the file, before it is applied. */
async function testsOf(
  channel: Channel,
  body: TenantFileBody,
  { test }: TestOption,
): Promise<CallTestReport | undefined> {
  return test === undefined ? undefined : runTests(channel, await readCallTests(test), body);
}

function testsText(tests: CallTestReport | undefined, { test = '' }: TestOption): string {
  return tests === undefined ? '' : `\n${renderReport('text', tests, test)}`;
}

function appliedText(applied: Applied): string {
  if (applied.changes.length === 0) return '';
  const done = `applied: ${applied.changes.length} changes\n`;
  if (applied.credentials.length === 0) return done;
  return `${done}\nNew passwords, shown once:\n\n${renderTable(CREDENTIAL_COLUMNS, applied.credentials)}`;
}

async function planOf(channel: Channel, context: CliContext, body: TenantFileBody): Promise<Plan> {
  const work = () => call<{ data: Plan }>(channel, 'POST', '/tenant-files/plan', body);
  return (await watched(channel, context, 'planning', work)).data;
}

async function confirm(): Promise<void> {
  if (process.stdin.isTTY !== true) throw new CliError('nobody is there to ask: add --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Apply? [y/N] ');
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError('not applied');
}
