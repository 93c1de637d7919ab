import type { TObject } from 'typebox';
import type { AdminDeps } from '../deps.ts';
import type { Principal } from '../principal.ts';
import type { Scope } from '../scopes.ts';
import type { BulkJobRow, Slice, Visible } from '../store-port.ts';

export type BulkAction = BulkJobRow['action'];

/** What a row came to. */
export interface BulkOutcome {
  readonly what: 'created' | 'changed' | 'unchanged';
  /** A password that was made, to be handed out once. */
  readonly password?: { readonly trunkId: number; readonly password: string };
}

export interface BulkOptions {
  readonly action: BulkAction;
  /** What to do with a row that is there already. */
  readonly onExisting: BulkJobRow['onExisting'];
}

/** A kind of row that can be imported, worked on and exported. */
export interface BulkResource {
  readonly name: BulkJobRow['resource'];
  readonly readScope: Scope;
  readonly writeScope: Scope;
  readonly actions: readonly BulkAction[];
  /** Of a row, in CSV and JSON alike. */
  readonly schema: TObject;
  /** Columns of an export, which an import takes again. */
  readonly columns: readonly string[];
  /** @throws {ApiError} what is wrong with the row; then nothing of it was done */
  run(deps: AdminDeps, principal: Principal, values: object, options: BulkOptions): Promise<BulkOutcome>;
  /** Rows for an export, by id, and the id to go on from. */
  read(
    deps: AdminDeps,
    visible: Visible,
    slice: Slice,
  ): Promise<readonly (Readonly<Record<string, unknown>> & { readonly id: number })[]>;
}

/** Whether a row says anything that is not so already. */
export function differs(view: Readonly<Record<string, unknown>>, values: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(values).some(([name, value]) => JSON.stringify(view[name]) !== JSON.stringify(value));
}
