import type { CallTestReport, ParsedCallTests } from '../routing/index.ts';
import { type Channel, call } from './channel/channel.ts';
import { CliError, EXIT } from './cli-error.ts';
import { readText, type TenantFileBody } from './tenant-secrets.ts';

/** A file of call tests, read and found well. */
export interface CallTestFile {
  readonly name: string;
  readonly text: string;
  readonly parsed: ParsedCallTests;
}

/** @throws CliError with every fault, each with its line and column */
export async function readCallTests(file: string, exitCode: number = EXIT.fault): Promise<CallTestFile> {
  const text = readText(file, exitCode);
  const { CallTestFileError, parseCallTests } = await import('../routing/index.ts');
  try {
    return { name: file, text, parsed: await parseCallTests(text, file) };
  } catch (error) {
    if (error instanceof CallTestFileError) throw new CliError(error.message, exitCode);
    throw error;
  }
}

/** Runs tests through the routing steps: with the tenants as they are, or with what a file would make of them. */
export async function runTests(
  channel: Channel,
  tests: CallTestFile,
  candidate: TenantFileBody | undefined,
): Promise<CallTestReport> {
  const name = tests.name.slice(-255);
  const path = candidate === undefined ? '/routing/tests' : '/tenant-files/test';
  const body =
    candidate === undefined ? { tests: tests.text, name } : { ...candidate, tests: tests.text, tests_name: name };
  return (await call<{ data: CallTestReport }>(channel, 'POST', path, body)).data;
}
