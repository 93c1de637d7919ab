import { Command } from 'commander';
import { VERSION } from '../runtime/version.ts';
import { COMMANDS } from './commands/index.ts';
import type { CliContext } from './context.ts';

/** The command line; each file in commands/ adds one command. */
export function buildProgram(context: CliContext): Command {
  const program = new Command('didfarm')
    .description('Multi-tenant SIP trunking server')
    .version(VERSION)
    .showSuggestionAfterError()
    .configureOutput({ writeOut: context.out, writeErr: context.err })
    .exitOverride();
  for (const register of COMMANDS) register(program, context);
  return program;
}
