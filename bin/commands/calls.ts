import type { Row } from '../channel/api.ts';
import type { RegisterCommand } from './command.ts';
import { addResource } from './resource.ts';

type Call = Row<'GET /calls'>;

/** `didfarm calls list|show`. */
export const registerCalls: RegisterCommand = (program, context) => {
  addResource<Call>(program, context, {
    name: 'calls',
    description: 'calls, also those that are up',
    path: '/calls',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--trunk <id>', 'only of this trunk', 'trunk'],
      ['--number <number>', 'only those from or to it', 'number'],
      ['--reason <reason>', 'only those that ended so', 'reason'],
      ['--live <true|false>', 'only calls that are up, or only those that are not', 'live'],
    ],
    columns: [
      { title: 'id', value: (call) => call.id, align: 'right' },
      { title: 'started', value: (call) => call.started_at },
      { title: 'dir', value: (call) => call.direction },
      { title: 'from', value: (call) => call.from },
      { title: 'to', value: (call) => call.to },
      { title: 'seconds', value: (call) => durationText(call.duration_ms), align: 'right' },
      { title: 'status', value: (call) => call.status || '', align: 'right' },
      { title: 'result', value: (call) => call.result ?? 'up' },
      { title: 'reason', value: (call) => call.reason },
    ],
  });
};

function durationText(ms: number | null): string {
  return ms === null ? '' : (ms / 1000).toFixed(1);
}
