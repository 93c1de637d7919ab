import type { Row } from '../channel/api.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type Submission = Row<'GET /regulatory/submissions'>;

/** `didfarm regulatory list|show|approve|reject`. */
export const registerRegulatory: RegisterCommand = (program, context) => {
  const command = addResource<Submission>(program, context, {
    name: 'regulatory',
    description: 'documents handed in for numbers, and the decision about them',
    path: '/regulatory/submissions',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--status <status>', 'pending, approved or rejected', 'status'],
    ],
    columns: [
      { title: 'id', value: (submission) => submission.id, align: 'right' },
      { title: 'account', value: (submission) => submission.account_id, align: 'right' },
      { title: 'status', value: (submission) => submission.status },
      { title: 'numbers', value: ({ numbers }) => numbers.map(({ number }) => number).join(' ') },
      { title: 'documents', value: ({ documents }) => documents.map(({ id, kind }) => `${kind} ${id}`).join(', ') },
      { title: 'since', value: (submission) => submission.created_at },
    ],
  });
  command
    .command('approve')
    .argument('<id>', 'integer id or uuid of the submission')
    .option(...JSON_OPTION)
    .description('accept the documents; their numbers go live')
    .action((id: string, options: JsonOption) =>
      printResult(context, options, 'POST', `/regulatory/submissions/${encodeURIComponent(id)}/approve`),
    );
  command
    .command('reject')
    .argument('<id>', 'integer id or uuid of the submission')
    .requiredOption('--reason <text>', 'what is wrong; the owner reads it')
    .option(...JSON_OPTION)
    .description('refuse the documents; their numbers wait on')
    .action((id: string, options: JsonOption & { readonly reason: string }) =>
      printResult(context, options, 'POST', `/regulatory/submissions/${encodeURIComponent(id)}/reject`, {
        reason: options.reason,
      }),
    );
};
