import { type Static, Type } from 'typebox';
import type { BillingTerms, UnratedReason } from '../../billing-hooks/index.ts';
import { fromCents, toCents } from '../../tenancy/index.ts';
import { orNull, setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import { envelope, ID_PARAMS, isoTime, listEnvelope, nullable } from '../shapes.ts';
import { given } from '../store/audited.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Billing';
const CENTS = Type.Integer({ minimum: 0, maximum: 10_000_000_000, description: 'Cents.' });
const CAP = nullable(Type.Integer({ minimum: 0, maximum: 10_000_000_000, description: 'Cents; null: no cap.' }));

const FIELDS = {
  mode: Type.Enum(['prepaid', 'postpaid']),
  credit: CENTS,
  cap_per_minute: CAP,
  cap_trunk_day: CAP,
  cap_day: CAP,
  cap_rolling_24h: CAP,
  alarm_percent: Type.Integer({ minimum: 1, maximum: 100 }),
};
const TERMS = Type.Object(FIELDS);
const CHANGE = Type.Partial(Type.Object(FIELDS), { additionalProperties: false });
const UNRATED = Type.Object({
  call_id: Type.Integer(),
  call_uuid: Type.String(),
  account_id: nullable(Type.Integer()),
  reason: orNull(setOf<UnratedReason>({ no_rate: true, no_carrier_rate: true, rating_service: true }), {
    description: 'rating_service: it does not answer.',
  }),
  tried_at: nullable(Type.String()),
});

/** How an account pays, its caps (F-112), and calls that wait for a price. */
export function installBillingTerms(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  define({
    method: 'GET',
    url: '/accounts/:id/billing-terms',
    tag: TAG,
    summary: 'Show how an account pays, and its caps',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: envelope(TERMS),
    handler: async ({ principal, params }) => {
      const account = await targetAccount(deps, principal, params.id);
      return { data: termsView(await money().getTerms(account.id)) };
    },
  });
  define({
    method: 'PATCH',
    url: '/accounts/:id/billing-terms',
    tag: TAG,
    summary: 'Change how an account pays, and its caps',
    scope: 'billing:write',
    params: ID_PARAMS,
    body: CHANGE,
    publishes: true,
    response: envelope(TERMS),
    handler: async ({ principal, params, body }) => {
      const account = await targetAccount(deps, principal, params.id);
      if (principal.kind !== 'operator' && account.id === principal.homeAccountId)
        throw new ApiError(
          'insufficient_scope',
          'The terms of an account are set by the account above it or the operator.',
        );
      return { data: termsView(await money().setTerms(principal.actor, account.id, changeOf(body))) };
    },
  });
  defineRating(define, deps);
}

function defineRating(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  define({
    method: 'GET',
    url: '/rating/unrated',
    tag: TAG,
    summary: 'List calls that wait for a price',
    scope: 'billing:read',
    query: Type.Object(sortedBy(), { additionalProperties: false }),
    response: listEnvelope(UNRATED),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const found = await money().listUnrated(principal.visible, page);
      const { rows, meta } = paged(page, {
        total: found.total,
        rows: found.rows.map((row) => ({ ...row, id: row.callId })),
      });
      const data = rows.map(({ callId, callUuid, accountId, reason, triedAtMs }) => ({
        ...{ call_id: callId, call_uuid: callUuid, account_id: accountId, reason },
        tried_at: isoTime(triedAtMs),
      }));
      return { data, meta };
    },
  });
  define({
    method: 'POST',
    url: '/rating/rerate',
    tag: TAG,
    summary: 'Rate calls again by the prices of now; the ledger gets the difference',
    scope: 'operator',
    body: Type.Object(
      { from: Type.String({ maxLength: 40 }), to: Type.String({ maxLength: 40 }) },
      { additionalProperties: false },
    ),
    response: envelope(Type.Object({ calls: Type.Integer(), changed: Type.Integer() })),
    handler: async ({ principal, body }) => {
      const [fromMs, toMs] = [Date.parse(body.from), Date.parse(body.to)];
      if (Number.isNaN(fromMs)) throw fieldError('from', 'is no time such as 2026-11-01T00:00:00Z');
      if (Number.isNaN(toMs)) throw fieldError('to', 'is no time such as 2026-12-01T00:00:00Z');
      return { data: await money().rerate(principal.actor, fromMs, toMs) };
    },
  });
}

function changeOf(body: Static<typeof CHANGE>): Partial<BillingTerms> {
  const micros = (cents: number | null | undefined) => (cents == null ? cents : fromCents(cents));
  return given({
    mode: body.mode,
    creditMicros: body.credit === undefined ? undefined : fromCents(body.credit),
    capPerMinuteMicros: micros(body.cap_per_minute),
    capTrunkDayMicros: micros(body.cap_trunk_day),
    capDayMicros: micros(body.cap_day),
    capRollingMicros: micros(body.cap_rolling_24h),
    alarmPercent: body.alarm_percent,
  });
}

function termsView(terms: BillingTerms) {
  const cents = (micros: number | null) => (micros === null ? null : toCents(micros));
  return {
    mode: terms.mode,
    credit: toCents(terms.creditMicros),
    cap_per_minute: cents(terms.capPerMinuteMicros),
    cap_trunk_day: cents(terms.capTrunkDayMicros),
    cap_day: cents(terms.capDayMicros),
    cap_rolling_24h: cents(terms.capRollingMicros),
    alarm_percent: terms.alarmPercent,
  };
}
