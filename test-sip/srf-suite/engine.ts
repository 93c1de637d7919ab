import { runEngineCommand } from '../../bin/engine-command.ts';

// `didfarm engine`, without the rest of the command line.
process.exitCode = await runEngineCommand(process.argv.slice(2));
