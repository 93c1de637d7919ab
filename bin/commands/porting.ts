import type { Row } from '../channel/api.ts';
import { JSON_OPTION, type JsonOption, type RegisterCommand } from './command.ts';
import { printResult } from './print-result.ts';
import { addResource } from './resource.ts';

type PortingOrder = Row<'GET /porting-orders'>;

interface Decision extends JsonOption {
  readonly at?: string;
  readonly reason?: string;
}

/** `didfarm porting list|show|accept|complete|reject|cancel` (F-124). */
export const registerPorting: RegisterCommand = (program, context) => {
  const command = addResource<PortingOrder>(program, context, {
    name: 'porting',
    description: 'numbers that come from another provider, and what became of them',
    path: '/porting-orders',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--status <status>', 'submitted, accepted, completed, rejected or cancelled', 'status'],
    ],
    columns: [
      { title: 'id', value: (order) => order.id, align: 'right' },
      { title: 'account', value: (order) => order.account_id, align: 'right' },
      { title: 'status', value: (order) => order.status },
      { title: 'numbers', value: ({ numbers }) => numbers.join(' ') },
      { title: 'from', value: (order) => order.current_provider },
      { title: 'comes', value: (order) => order.ports_at ?? '' },
    ],
  });
  const addStep = (name: string, description: string) =>
    command
      .command(name)
      .argument('<id>', 'integer id or uuid of the order')
      .description(description)
      .option(...JSON_OPTION);
  const post = (id: string, step: 'decide' | 'cancel', options: JsonOption, body?: Readonly<Record<string, unknown>>) =>
    printResult(context, options, 'POST', `/porting-orders/${encodeURIComponent(id)}/${step}`, body);
  addStep('accept', 'the provider lets the numbers go on that day')
    .requiredOption('--at <time>', 'when they come: RFC 3339, or a date')
    .action((id: string, options: Decision) =>
      post(id, 'decide', options, { status: 'accepted', ports_at: options.at }),
    );
  addStep('complete', 'the numbers are here; they ring, and their rent begins').action(
    (id: string, options: Decision) => post(id, 'decide', options, { status: 'completed' }),
  );
  addStep('reject', 'the numbers do not come')
    .requiredOption('--reason <text>', 'why; the owner reads it')
    .action((id: string, options: Decision) =>
      post(id, 'decide', options, { status: 'rejected', reason: options.reason }),
    );
  addStep('cancel', 'take the order back while the numbers have not come').action((id: string, options: Decision) =>
    post(id, 'cancel', options),
  );
};
