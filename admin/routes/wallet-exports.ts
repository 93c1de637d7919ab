import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { decimal } from '../../billing-hooks/index.ts';
import { csvHeader, renderCsv } from '../bulk/csv.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { isoTime } from '../shapes.ts';
import type { Slice } from '../store-port.ts';
import { targetAccount } from '../target-account.ts';

const ACCOUNT_ID = Type.Optional(Type.String({ maxLength: 64, description: 'Default: the account acted in.' }));
const TRANSACTION_COLUMNS = [
  ...['id', 'created_at', 'kind', 'amount', 'balance_after', 'currency', 'reference_type', 'reference_id'],
  ...['trunk_uuid', 'note'],
];
const CHARGE_COLUMNS = [
  ...['id', 'call_uuid', 'called_at', 'prefix', 'billed_seconds', 'amount', 'currency', 'revision', 'trunk_id'],
];
/** Rows read at a time. */
const SLICE = 500;

type Read = (slice: Slice) => Promise<readonly (Record<string, unknown> & { readonly id: number })[]>;

/** Money as files for book-keeping: amounts to the last micro-unit. */
export function installWalletExports(define: DefineRoute, deps: AdminDeps): void {
  const add = (name: string, summary: string, columns: readonly string[], reader: (accountId: number) => Read) =>
    define({
      method: 'GET',
      url: `/exports/${name}`,
      tag: 'Bulk',
      summary,
      scope: 'billing:read',
      query: Type.Object({ account_id: ACCOUNT_ID }, { additionalProperties: false }),
      response: Type.Unknown({ description: 'A CSV file.' }),
      handler: async ({ principal, query, reply }) => {
        const account = await targetAccount(deps, principal, query.account_id);
        reply.type('text/csv; charset=utf-8');
        reply.header('content-disposition', `attachment; filename="${name}.csv"`);
        return Readable.from(csvParts(columns, reader(account.id)));
      },
    });
  add('transactions', 'Every movement of a wallet as CSV', TRANSACTION_COLUMNS, (accountId) => async (slice) => {
    const { rows } = await deps.store.wallet.transactions(accountId, slice);
    return rows.map((row) => ({
      id: row.id,
      created_at: isoTime(row.createdAtMs),
      kind: row.kind,
      amount: decimal(row.amountMicros),
      balance_after: decimal(row.balanceAfterMicros),
      currency: row.currency,
      reference_type: row.referenceType,
      reference_id: row.referenceId,
      trunk_uuid: row.trunkUuid,
      note: row.note,
    }));
  });
  add('call-charges', 'Every rated call of an account as CSV', CHARGE_COLUMNS, (accountId) => async (slice) => {
    const rows = await deps.store.money.listCharges(accountId, slice);
    return rows.map((row) => ({
      id: row.id,
      call_uuid: row.callUuid,
      called_at: isoTime(row.calledAtMs),
      prefix: row.prefix,
      billed_seconds: row.billedSec,
      amount: decimal(row.amountMicros),
      currency: row.currency,
      revision: row.revision,
      trunk_id: row.trunkId,
    }));
  });
}

async function* csvParts(columns: readonly string[], read: Read) {
  yield csvHeader(columns);
  for (let afterId = 0; ; ) {
    const rows = await read({ afterId, offset: 0, limit: SLICE });
    yield renderCsv(columns, rows as never);
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < SLICE) return;
    afterId = last.id;
  }
}
