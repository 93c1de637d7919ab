/** How the command ends; docs/cli.md lists the same numbers. */
export const EXIT = { ok: 0, fault: 1, differs: 2, badFile: 2 } as const;

/** A fault that is told in one line; anything else that escapes a command is a defect. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.fault) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
