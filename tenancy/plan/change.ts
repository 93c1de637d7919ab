export type ChangeAction = 'create' | 'update' | 'delete';
export type ChangeResource =
  | 'account'
  | 'sip_domain'
  | 'trunk'
  | 'trunk_group'
  | 'did'
  | 'carrier'
  | 'routing_policy'
  | 'record_stream';

/** One field of a change; a password is never told. */
export interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** One resource that differs. */
export interface Change {
  readonly action: ChangeAction;
  readonly resource: ChangeResource;
  /** Name of the account, `''` for a carrier. */
  readonly account: string;
  readonly name: string;
  readonly id: number;
  readonly fields: readonly FieldChange[];
}

/** Told once, by `apply`, and stored nowhere in clear. */
export interface NewCredentials {
  readonly account: string;
  readonly trunk: string;
  readonly uuid: string;
  readonly realm: string;
  readonly username: string;
  readonly password: string;
}

/** What differs; a field whose `to` is `undefined` is not named in the file, and keeps what is there. */
export function compare(pairs: Readonly<Record<string, readonly [from: unknown, to: unknown]>>): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [field, [from, to]] of Object.entries(pairs)) {
    if (to === undefined || from === to || JSON.stringify(from) === JSON.stringify(to)) continue;
    changes.push({ field, from, to });
  }
  return changes;
}

/**
 * The same for a row and an entry of a file: `columns` says which property of the row each field is. It costs what
 * the file names, not what there is, for most of 10,000 entries are as before.
 */
export function compareEntry(columns: Readonly<Record<string, string>>, row: object, entry: object): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const field of Object.keys(columns)) {
    const to = (entry as Readonly<Record<string, unknown>>)[field];
    if (to === undefined) continue;
    const from = (row as Readonly<Record<string, unknown>>)[columns[field] ?? field];
    if (from !== to && JSON.stringify(from) !== JSON.stringify(to)) changes.push({ field, from, to });
  }
  return changes;
}

/** `~ trunk Acme Corp (MSP Demo): max_in 2 -> 4` */
export function describeChange(change: Change): string {
  const sign = { create: '+', update: '~', delete: '-' }[change.action];
  const owner = change.account === '' || change.resource === 'account' ? '' : ` (${change.account})`;
  const fields = change.fields.map(({ field, from, to }) =>
    change.action === 'update' ? `${field} ${show(from)} -> ${show(to)}` : `${field} ${show(to)}`,
  );
  const kind = change.resource === 'did' ? 'number' : change.resource.replace('_', ' ');
  return `${sign} ${kind} ${change.name}${owner}${fields.length > 0 ? `: ${fields.join(', ')}` : ''}`;
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
