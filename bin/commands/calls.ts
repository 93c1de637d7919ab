import type { RegisterCommand } from './command.ts';
import { addResource } from './resource.ts';

interface Call {
  readonly id: number;
  readonly uuid: string;
  readonly direction: string;
  readonly from: string;
  readonly to: string;
  readonly started_at: string;
  readonly duration_ms: number | null;
  readonly status: number;
  readonly result: string | null;
  readonly reason: string | null;
}

/** `didfarm calls list|show`. */
export const registerCalls: RegisterCommand = (program, context) => {
  addResource<Call>(program, context, {
    name: 'calls',
    description: 'calls, also those that are up',
    path: '/calls',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--trunk <id>', 'only of this trunk', 'trunk'],
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
