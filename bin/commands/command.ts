import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, context: CliContext) => void;

/** `--json` of every command that shows something. */
export interface JsonOption {
  readonly json?: boolean;
}

export const JSON_OPTION = ['--json', 'JSON for scripts'] as const;

/** Prints one thing: JSON, or as people read it. */
export function show(context: CliContext, options: JsonOption, value: unknown, text: () => string): void {
  context.out(options.json === true ? `${JSON.stringify(value, null, 2)}\n` : text());
}
