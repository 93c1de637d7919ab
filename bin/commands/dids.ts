import type { RegisterCommand } from './command.ts';
import { addResource } from './resource.ts';

interface Did {
  readonly id: number;
  readonly number: string;
  readonly account_id: number;
  readonly status: string;
  readonly sip_trunk_id: number | null;
  readonly destination: { readonly kind: string; readonly id?: number; readonly uri?: string } | null;
  readonly notes: string;
}

/** `didfarm dids list|show`. */
export const registerDids: RegisterCommand = (program, context) => {
  addResource<Did>(program, context, {
    name: 'dids',
    description: 'numbers of every account and where they ring',
    path: '/dids',
    filters: [
      ['--account <id>', 'only of this account', 'account_id'],
      ['--search <text>', 'part of the number or the notes', 'search'],
    ],
    columns: [
      { title: 'id', value: (did) => did.id, align: 'right' },
      { title: 'number', value: (did) => did.number },
      { title: 'account', value: (did) => did.account_id, align: 'right' },
      { title: 'status', value: (did) => did.status },
      { title: 'destination', value: (did) => destinationText(did.destination) },
      { title: 'notes', value: (did) => did.notes },
    ],
  });
};

function destinationText(destination: Did['destination']): string {
  if (destination === null) return '';
  return [destination.kind, destination.id ?? destination.uri].filter((part) => part !== undefined).join(' ');
}
