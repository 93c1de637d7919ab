import type { RegisterCommand } from './command.ts';

/** `didfarm serve`: the server; `npm start` is the same. */
export const registerServe: RegisterCommand = (program) => {
  program
    .command('serve')
    .description('run the server')
    .option('--demo', 'make the demo world if the data directory is empty (the default)')
    .option('--no-demo', 'make none')
    .option('--workers <n>', 'SIP threads that share the ports (sip.workers)')
    .action(async (options: { readonly demo?: boolean; readonly workers?: string }) => {
      // Loaded only here, so that the other commands start fast.
      const { serve } = await import('../../server.ts');
      await serve(options);
    });
};
