import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { TenancyError } from '../errors.ts';
import { listRoutingPolicies, type StoreContext, type Visible, writeAudit } from '../store/index.ts';
import type { Change, ChangeResource, NewCredentials } from './change.ts';
import type { Policies } from './name-policy.ts';
import { type ParsedTenantFile, UnplacedFault } from './parse-tenant-file.ts';
import type { PathFault } from './parse-yaml.ts';
import type { YamlReader } from './yaml-reader.ts';

type Path = readonly (string | number)[];

export interface PlanOptions {
  /** Whose accounts may be named; `null`: the operator's, all. */
  readonly visible: Visible;
  /** For the audit log. */
  readonly actor: string;
  /** Whose audit log keeps the file. @default null, the operator's */
  readonly accountId?: number | null;
  /** Whether SIP domains that are added, and used, must be shown to be theirs. @default false */
  readonly checksDomains?: boolean;
  /** Who reads the file. @default this thread */
  readonly yaml?: YamlReader;
  /** How many trunks and numbers of the file are done; told now and then. */
  onProgress?(done: number, total: number): void;
  /** Looks up `{env: NAME}` and `{file: PATH}`; `undefined` when there is none. */
  resolveSecret(reference: { readonly env?: string; readonly file?: string }): string | undefined;
}

const STEPS_PER_TURN = 100;
/** Then the run is given up: nobody mends more at a time. */
const MOST_FAULTS = 100;

/** What one run over a file collects. Plan and apply are the same run; plan is rolled back. */
export class Session {
  readonly context: StoreContext;
  readonly parsed: ParsedTenantFile;
  readonly options: PlanOptions;
  readonly changes: Change[] = [];
  readonly credentials: NewCredentials[] = [];
  /** Trunks whose PBX must register anew. */
  readonly unbound = new Set<number>();
  /** Numbers whose calls go elsewhere from now on. */
  readonly rerouted = new Set<number>();
  readonly #faults: PathFault[] = [];
  #policies: Promise<Policies> | undefined;
  #numbers: ReadonlySet<string> | undefined;

  readonly #total: number;
  #done = 0;

  constructor(context: StoreContext, parsed: ParsedTenantFile, options: PlanOptions) {
    this.context = context;
    this.parsed = parsed;
    this.options = options;
    const sizes = (parsed.file.accounts ?? []).map(({ trunks = [], dids = [] }) => trunks.length + dids.length);
    this.#total = sizes.reduce((sum, size) => sum + size, 0);
  }

  /** A trunk or a number of the file is done; `rest` is due when this says so: the file may be a long one. */
  isTurnOver(): boolean {
    this.#done += 1;
    return this.#done % STEPS_PER_TURN === 0 || this.#done === this.#total;
  }

  /** Others get their turn, and hear how far it is. */
  async rest(): Promise<void> {
    this.options.onProgress?.(this.#done, this.#total);
    await setImmediate();
  }

  get prune(): boolean {
    return this.parsed.file.prune === true;
  }

  /** Every number that the file has, in whatever account. */
  get numbers(): ReadonlySet<string> {
    const { accounts = [] } = this.parsed.file;
    this.#numbers ??= new Set(accounts.flatMap(({ dids = [] }) => dids.map(({ number }) => number)));
    return this.#numbers;
  }

  /** As they were when the run began. */
  policies(): Promise<Policies> {
    this.#policies ??= listRoutingPolicies(this.context);
    return this.#policies;
  }

  /** Notes a change in the list and in the audit log; passwords are in neither. Before a row goes: its uuid is looked up. */
  async note(change: Change, accountId: number | null): Promise<void> {
    this.changes.push(change);
    const side = (pick: 'from' | 'to') =>
      Object.fromEntries(change.fields.map((field) => [field.field, field[pick] ?? null]));
    await writeAudit(this.context, {
      accountId,
      actor: this.options.actor,
      action: change.action,
      ...audited(change),
      before: change.action === 'create' ? null : side('from'),
      after: change.action === 'delete' ? null : side('to'),
    });
  }

  fault(path: Path, message: string): UnplacedFault {
    return new UnplacedFault([{ path, message }]);
  }

  /** Does the work of one part of the file, and goes on when that cannot be done: all faults are told at once. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof UnplacedFault)) throw error;
      this.#faults.push(...error.faults);
      if (this.#faults.length >= MOST_FAULTS) this.refuse();
    }
  }

  /** Before what builds on the work so far. @throws UnplacedFault when something of it could not be done */
  refuse(): void {
    if (this.#faults.length > 0) throw new UnplacedFault(this.#faults);
  }

  /** Puts the place in the file to what the store refuses. */
  async at<T>(path: Path, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TenancyError)) throw error;
      const { field, message } = error;
      throw field === undefined
        ? this.fault(path, message)
        : this.fault([...path, field], message.replace(`${field}: `, ''));
    }
  }
}

/** What the audit log calls things, as for changes over the API, and where their uuid is. */
const AUDITED: Readonly<Partial<Record<ChangeResource, readonly [resource: string, table: string]>>> = {
  account: ['account', 'accounts'],
  sip_domain: ['sip_domain', 'sip_domains'],
  trunk: ['sip_trunk', 'trunks'],
  trunk_group: ['trunk_group', 'trunk_groups'],
  did: ['number', 'dids'],
  carrier: ['carrier', 'carriers'],
  record_stream: ['record_stream', 'record_streams'],
};

function audited({ resource, id }: Change): {
  readonly resource: string;
  readonly resourceId: string | RawBuilder<string>;
} {
  const [name, table] = AUDITED[resource] ?? [];
  if (name === undefined || table === undefined) return { resource, resourceId: String(id) };
  // Within the same statement: ten thousand trunks are not looked up one by one.
  return {
    resource: name,
    resourceId: sql<string>`COALESCE((SELECT uuid FROM ${sql.table(table)} WHERE id = ${id}), ${String(id)})`,
  };
}
