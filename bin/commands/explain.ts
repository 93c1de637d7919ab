import type { Answer } from '../channel/api.ts';
import { call } from '../channel/channel.ts';
import { withChannel } from '../context.ts';
import { renderTable } from '../output/table.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand, show } from './command.ts';

type Step = Explanation['steps'][number];

type Explanation = Answer<'GET /routing/explain'>;

interface Options extends JsonOption {
  readonly from: string;
  readonly to: string;
  readonly source?: string;
  readonly trunk?: string;
}

const COLUMNS = [
  { title: 'step', value: (step: Step) => step.step },
  { title: 'saw', value: (step: Step) => step.saw },
  { title: 'decided', value: (step: Step) => step.decided },
];

/** `didfarm explain`: what would become of a call, by the very steps that would decide it. */
export const registerExplain: RegisterCommand = (program, context) => {
  program
    .command('explain')
    .description('what would become of a call')
    .requiredOption('--from <number>', 'who calls')
    .requiredOption('--to <number>', 'who is called')
    .option('--source <address>', 'where the call comes from; default: a carrier')
    .option('--trunk <trunk>', 'the trunk that calls out: id, uuid or name')
    .option(...JSON_OPTION)
    .action(async (options: Options) => {
      const query = new URLSearchParams({ from: options.from, to: options.to });
      if (options.source !== undefined) query.set('source', options.source);
      if (options.trunk !== undefined) query.set('trunk', options.trunk);
      const path = `/routing/explain?${query}`;
      const { data } = await withChannel(context, (channel) => call<{ data: Explanation }>(channel, 'GET', path));
      show(context, options, data, () => renderExplanation(data));
    });
};

function renderExplanation(explanation: Explanation): string {
  const { result, reason, sentence, remedy, steps } = explanation;
  const advice = remedy === '' ? '' : `${remedy}\n`;
  return `${result} / ${reason}: ${sentence}\n${advice}\n${renderTable(COLUMNS, steps)}`;
}
