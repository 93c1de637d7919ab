import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { type CallTestFile, readCallTests, runTests } from '../call-test-files.ts';
import { CliError, EXIT } from '../cli-error.ts';
import { type CliContext, withChannel } from '../context.ts';
import { REPORT_FORMATS, type ReportFormat, renderReport } from '../output/call-test-report.ts';
import { readTenantFile } from '../tenant-secrets.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';

interface Options extends JsonOption {
  readonly candidate?: string;
  readonly format: ReportFormat;
  readonly out?: string;
  readonly live?: boolean;
  readonly server?: string;
  readonly local?: string;
  readonly credentials?: string;
  readonly force?: boolean;
}

/** `didfarm test`: what would become of calls, as a tenant has written down that it must. */
export const registerTest: RegisterCommand = (program, context) => {
  program
    .command('test')
    .argument('<file>', 'call tests')
    .option('--candidate <file>', 'a tenant file that is not applied; default: the tenants as they are')
    .option('--live', 'over real SIP, against the running server, with callers and callees of our own')
    .option('--server <host:port>', 'with --live: where SIP listens; default: as configured')
    .option('--local <address>', 'with --live: where PBXes register from; default: 127.0.0.1')
    .option('--credentials <file>', 'with --live: passwords, as apply --json writes them; default: demo.json')
    .option('--force', 'with --live: also take the calls of trunks whose own PBX is registered now')
    .addOption(new Option('--format <format>', 'how the report is written').choices(REPORT_FORMATS).default('text'))
    .option('--out <file>', 'where the report goes; default: here')
    .option(...JSON_OPTION)
    .description('run call tests, without sockets or live; exit 0 passed, 1 failed, 2 a file at fault')
    .action(async (file: string, options: Options) => {
      const tests = await readCallTests(file, EXIT.badFile);
      const report = await (options.live === true ? live(context, tests, options) : simulate(context, tests, options));
      const text =
        options.json === true ? `${JSON.stringify(report, null, 2)}\n` : renderReport(options.format, report, file);
      if (options.out === undefined) context.out(text);
      else writeFileSync(options.out, text);
      if (report.failed > 0) process.exitCode = EXIT.fault;
    });
};

async function live(context: CliContext, tests: CallTestFile, options: Options) {
  if (options.candidate !== undefined)
    throw new CliError('--live runs against the tenants as they are: apply the file');
  const { runLiveTests } = await import('../live/run-live-tests.ts');
  return withChannel(context, (channel) => runLiveTests(channel, tests, context.env, options));
}

/** With a candidate no database is needed: it may be all that there is. */
async function simulate(context: CliContext, tests: CallTestFile, { candidate }: Options) {
  const file = candidate === undefined ? undefined : readTenantFile(context, candidate);
  const work = withChannel(context, (channel) => runTests(channel, tests, file), { orEmpty: file !== undefined });
  return work.catch((error: unknown) => {
    // A tenant file at fault is a file at fault; the message has its lines.
    const isFileFault = file !== undefined && error instanceof CliError && error.message.startsWith(`${file.name}:`);
    throw isFileFault ? new CliError(error.message, EXIT.badFile) : error;
  });
}
