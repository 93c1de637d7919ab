import { Type } from 'typebox';
import type { ProjectedCost } from '../../billing-hooks/index.ts';
import { formatMoney, toCents } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, isoTime, nullable, parseMoment } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Billing';
const ACCOUNT_ID = Type.Optional(Type.String({ maxLength: 64, description: 'Default: the account acted in.' }));
const MOMENT = Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339, or a date.' }));
const TRUNK = { trunk_uuid: nullable(Type.String()), trunk_name: nullable(Type.String()) };

const PROJECTED = Type.Object({
  currency: Type.String(),
  monthly_total: Type.Integer({ description: 'Cents: what all numbers cost a month.' }),
  numbers: Type.Integer(),
  balance: Type.String(),
  covers_next_month: Type.Boolean({ description: 'The wallet holds at least one month of renewals (F-106).' }),
  runs_out: nullable(
    Type.Object({
      at: Type.String(),
      number: Type.String(),
      missing: Type.Integer({ description: 'Cents.' }),
      sentence: Type.String(),
    }),
  ),
  by_trunk: Type.Array(Type.Object({ ...TRUNK, numbers: Type.Integer(), monthly_total: Type.Integer() })),
});

const COST = Type.Object({
  key: nullable(Type.String({ description: 'Trunk uuid, number, month or account uuid; null: of none.' })),
  name: nullable(Type.String()),
  currency: Type.String({ description: 'What was charged in several currencies is several rows.' }),
  amount: Type.Integer({ description: 'Cents.' }),
  charges: Type.Integer(),
});

const YEAR_MS = 366 * 86_400_000;

/** What numbers cost, by whom they are used, and how long the wallet lasts (F-101, F-103, F-106). */
export function installBilling(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/billing/projected',
    tag: TAG,
    summary: 'The projected monthly cost',
    scope: 'billing:read',
    query: Type.Object({ account_id: ACCOUNT_ID }, { additionalProperties: false }),
    response: envelope(PROJECTED),
    handler: async ({ principal, query }) => {
      const account = await targetAccount(deps, principal, query.account_id);
      const cost = await deps.store.costs.project(account.id);
      return {
        data: {
          currency: cost.currency,
          monthly_total: toCents(cost.monthlyMicros),
          numbers: cost.numbers,
          balance: formatMoney(cost.balanceMicros),
          covers_next_month: cost.balanceMicros >= cost.monthlyMicros,
          runs_out: runsOutView(cost),
          by_trunk: cost.byTrunk.map((row) => ({
            trunk_uuid: row.trunkUuid,
            trunk_name: row.trunkName,
            numbers: row.numbers,
            monthly_total: toCents(row.monthlyMicros),
          })),
        },
      };
    },
  });
  define({
    method: 'GET',
    url: '/billing/costs',
    tag: TAG,
    summary: 'What was charged, by trunk, number or month, or to each client',
    scope: 'billing:read',
    query: Type.Object(
      {
        account_id: ACCOUNT_ID,
        group_by: Type.Optional(Type.Enum(['trunk', 'number', 'month', 'client'])),
        from: MOMENT,
        to: MOMENT,
      },
      { additionalProperties: false },
    ),
    response: Type.Object({
      data: Type.Array(COST),
      meta: Type.Object({ from: Type.String(), to: Type.String(), total: Type.Integer() }),
    }),
    handler: async ({ principal, query }) => {
      const { id: accountId } = await targetAccount(deps, principal, query.account_id);
      const toMs = parseMoment('to', query.to) ?? deps.nowMs() + 1;
      const fromMs = parseMoment('from', query.from) ?? toMs - YEAR_MS;
      const rows = await deps.store.costs.list({ accountId, groupBy: query.group_by ?? 'trunk', fromMs, toMs });
      const data = rows.map(({ amountMicros, ...row }) => ({ ...row, amount: toCents(amountMicros) }));
      return { data, meta: { from: isoTime(fromMs), to: isoTime(toMs), total: rows.length } };
    },
  });
}

function runsOutView({ runsOut, currency, timezone }: ProjectedCost) {
  if (runsOut === null) return null;
  const { number, atMs, missingMicros } = runsOut;
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: timezone }).format(atMs);
  const sentence = `${number} will be suspended on ${day} unless ${formatMoney(missingMicros)} ${currency} is added.`;
  return { at: isoTime(atMs), number, missing: toCents(missingMicros), sentence };
}
