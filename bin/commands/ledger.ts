import type { Answer } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { EXIT } from '../cli-error.ts';
import { withChannel } from '../context.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

type Verdict = Answer<'GET /ledger/verify'>;

/** `didfarm ledger verify`: exit 0 sound, 1 not. */
export const registerLedger: RegisterCommand = (program, context) => {
  program
    .command('ledger')
    .description('the money ledger')
    .command('verify')
    .option(...JSON_OPTION)
    .description('check sums, balances and the chain of the whole ledger')
    .action(async (options: JsonOption) => {
      const { data } = await withChannel(context, (channel) =>
        call<{ data: Verdict }>(channel, 'GET', '/ledger/verify'),
      );
      const faults = data.faults.map((fault) => `${fault}\n`).join('');
      show(context, options, data, () => `${faults}${data.entries} entries: ${data.sound ? 'sound' : 'NOT sound'}\n`);
      if (!data.sound) process.exitCode = EXIT.fault;
    });
};
