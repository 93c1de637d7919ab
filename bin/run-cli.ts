import { CommanderError } from 'commander';
import { CliError, EXIT } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { buildProgram } from './program.ts';

/** Runs one command line and returns its exit code; every error is one clear line. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  try {
    await buildProgram(context).parseAsync([...args], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  } catch (error) {
    // Commander has written its own line: a usage error, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode;
    context.err(`didfarm: ${errorText(error)}\n`);
    return error instanceof CliError ? error.exitCode : EXIT.fault;
  }
}

/** The message on one line, unless it is a list (of faults in a file) by nature. */
function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
