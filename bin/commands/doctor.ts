import { EXIT } from '../cli-error.ts';
import { type Finding, runDoctor } from '../doctor/run-doctor.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

const MARKS = { ok: 'ok   ', warning: 'WARN ', fault: 'FAULT' } as const;

/** `didfarm doctor`: exit 0 well, 1 warnings, 2 faults. */
export const registerDoctor: RegisterCommand = (program, context) => {
  program
    .command('doctor')
    .description('look for what keeps the server from working well')
    .option(...JSON_OPTION)
    .action(async (options: JsonOption) => {
      const findings = await runDoctor(context.env);
      show(context, options, findings, () => findings.map(lineOf).join(''));
      process.exitCode = exitCodeOf(findings);
    });
};

function lineOf(finding: Finding): string {
  const remedy = finding.remedy === undefined ? '' : `\n       ${finding.remedy}`;
  return `${MARKS[finding.level]}  ${finding.check}: ${finding.text}${remedy}\n`;
}

function exitCodeOf(findings: readonly Finding[]): number {
  if (findings.some((finding) => finding.level === 'fault')) return EXIT.differs;
  return findings.some((finding) => finding.level === 'warning') ? EXIT.fault : EXIT.ok;
}
