import { Type } from 'typebox';
import { localDate, MOST_PERIODS, type PeriodUnit, resolveEffective } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { envelope, ID_PARAMS } from '../shapes.ts';
import { AVAILABILITY_SHAPE, PERIOD_UNIT, periodView, totalView } from '../views/availability.ts';
import { findTrunk } from './sip-trunks.ts';

const DATE = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description: "A day of the account's time zone." });

const QUERY = Type.Object(
  {
    by: Type.Optional(PERIOD_UNIT),
    from: Type.Optional(DATE),
    to: Type.Optional(DATE),
  },
  { additionalProperties: false },
);

/** Without dates: the last 30 days, or the last 12 months. */
const BACK = { day: { days: 29 }, month: { months: 11 } } as const;

/** How much of each day or month a PBX was registered on the trunk. */
export function defineAvailability(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/portal/sip-trunks/:id/availability',
    tag: 'Registrations',
    summary: 'Show the availability of the trunk by day or month',
    scope: 'trunks:read',
    params: ID_PARAMS,
    query: QUERY,
    response: envelope(AVAILABILITY_SHAPE),
    handler: async ({ principal, params, query }) => {
      const trunk = await findTrunk(deps, principal, params.id);
      const chain = await deps.store.accounts.chain(trunk.accountId);
      const timezone = resolveEffective(chain).timezone.value ?? 'UTC';
      const unit = query.by ?? 'day';
      const all = await deps.records.availability(trunk.id, { unit, timezone, ...range(deps, unit, timezone, query) });
      const head = { trunk_id: trunk.id, trunk_uuid: trunk.uuid, timezone, by: unit };
      return { data: { ...head, total: totalView(all), periods: all.map(periodView) } };
    },
  });
}

function range(
  deps: AdminDeps,
  unit: PeriodUnit,
  timezone: string,
  query: { readonly from?: string; readonly to?: string },
): { readonly from: string; readonly to: string } {
  const now = deps.nowMs();
  const to = checkDate('to', query.to ?? localDate(now, timezone));
  const from = checkDate('from', query.from ?? localDate(now, timezone, BACK[unit]));
  if (from > to) throw refused('from', `must not be after ${to}`);
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  const periods = unit === 'day' ? days : days / 31;
  if (periods > MOST_PERIODS) throw refused('from', `must be at most ${MOST_PERIODS} ${unit}s before ${to}`);
  return { from, to };
}

function checkDate(field: string, date: string): string {
  const ms = Date.parse(date);
  if (!Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 10) === date) return date;
  throw refused(field, `${date} is no day of the calendar`);
}

function refused(field: string, problem: string): ApiError {
  return new ApiError('validation_failed', `${field}: ${problem}.`, { fields: [{ field, problem }] });
}
