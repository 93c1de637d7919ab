import { resolve } from 'node:path';
import { type Channel, call } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import { withChannel } from '../context.ts';
import type { RegisterCommand } from './command.ts';

/** Of the control socket alone: the API's document does not have it. */
interface Seeded {
  readonly trunks: number;
  readonly first: string;
  readonly last: string;
}

interface Options {
  readonly trunks: string;
  readonly csv?: string;
  readonly dids?: string;
}

/** `didfarm seed`: trunks for load tests. */
export const registerSeed: RegisterCommand = (program, context) => {
  program
    .command('seed')
    .description('for load tests: trunks u000001 and on in the account Bench, with a number each')
    .requiredOption('--trunks <n>', 'how many')
    .option('--csv <file>', 'write user,realm,password')
    .option('--dids <file>', 'write did,user,realm')
    .action(async (options: Options) => {
      const trunks = Number(options.trunks);
      if (!Number.isInteger(trunks)) throw new CliError(`--trunks must be a whole number, got ${options.trunks}`);
      const body = { trunks, ...fileOf('csv', options.csv), ...fileOf('dids', options.dids) };
      const work = (channel: Channel) => call<{ data: Seeded }>(channel, 'POST', '/seed', body);
      const { data } = await withChannel(context, work, { mayCreate: true });
      context.out(`${data.trunks} trunks in the account Bench: ${data.first} to ${data.last}\n`);
    });
};

/** The server may have another working directory than we have. */
function fileOf(name: string, path: string | undefined): Record<string, string> {
  return path === undefined ? {} : { [name]: resolve(path) };
}
