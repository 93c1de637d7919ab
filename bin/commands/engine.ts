import type { RegisterCommand } from './command.ts';

/** `didfarm engine`: the embedded SIP engine alone; it reads its own options. */
export const registerEngine: RegisterCommand = (program) => {
  program
    .command('engine')
    .description('the SIP engine alone, a server for any drachtio application')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]', 'see didfarm engine --help')
    .action(async (options: readonly string[]) => {
      const { runEngineCommand } = await import('../engine-command.ts');
      process.exitCode = await runEngineCommand(options);
    });
};
