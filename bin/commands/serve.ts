import type { RegisterCommand } from './command.ts';

/** `didfarm serve`: the server; `npm start` is the same. */
export const registerServe: RegisterCommand = (program) => {
  program
    .command('serve')
    .description('run the server')
    .option('--demo', 'make the demo world if the data directory is empty (the default)')
    .option('--no-demo', 'make none')
    .action(async (options: { readonly demo?: boolean }) => {
      // Loaded only here, so that the other commands start fast.
      const { serve } = await import('../../server.ts');
      await serve(options.demo === undefined ? {} : { demo: options.demo });
    });
};
