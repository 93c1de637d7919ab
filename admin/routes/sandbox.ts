import { type Static, Type } from 'typebox';
import { DEFAULT_CURRENCY, fromCents, toCents } from '../../tenancy/index.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError } from '../errors.ts';
import { idempotencyKey } from '../http/idempotency.ts';
import type { DefineRoute } from '../http/route.ts';
import type { Advanced, TestWorldPort } from '../sandbox-port.ts';
import { envelope, ID_OR_UUID, isoTime, nullable, TIME } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Sandbox';
const DAY_SEC = 86_400;
/** Further than this no single request moves the clock (s). */
const LONGEST_SEC = 400 * DAY_SEC;

const CLOCK = Type.Object({
  now: TIME,
  started_at: Type.String({ description: 'When the test world began, by its own clock.' }),
  next: nullable(
    Type.Object({ work: Type.String(), at: TIME }, { description: 'What is due next; null: nothing ever.' }),
  ),
});

const ADVANCED = Type.Object({
  from: TIME,
  now: TIME,
  reached: Type.Boolean({ description: 'false: it took too long; ask again to go on from `now`.' }),
  work: Type.Record(Type.String(), Type.Integer(), { description: 'How often each kind of work was due.' }),
  total_events: Type.Integer(),
  events: Type.Array(
    Type.Object(
      { id: Type.String(), event: Type.String(), at: TIME, data: Type.Object({}, { additionalProperties: true }) },
      {
        description: 'The first 100.',
      },
    ),
  ),
});

/** The test world of the caller. @throws {ApiError} `test_key_required` for everybody else */
export function testWorldOf(deps: AdminDeps): TestWorldPort {
  if (deps.testWorld === undefined) throw new ApiError('test_key_required');
  return deps.testWorld;
}

/** What only test worlds have: a clock that can be moved, money for nothing, an end. */
export function installSandbox(define: DefineRoute, deps: AdminDeps): void {
  defineClock(define, deps);
  define({
    method: 'POST',
    url: '/sandbox/wallet',
    tag: TAG,
    summary: 'Put test money into a wallet, or take it out',
    scope: 'billing:write',
    body: Type.Object(
      {
        amount: Type.Integer({
          minimum: -100_000_000,
          maximum: 100_000_000,
          description: 'Signed cents; a wallet is never taken below nothing.',
        }),
        account_id: Type.Optional(ID_OR_UUID),
      },
      { additionalProperties: false },
    ),
    status: 201,
    response: envelope(Type.Object({ account_id: Type.Integer(), balance: Type.Integer({ description: 'Cents.' }) })),
    publishes: true,
    handler: async ({ principal, body: { amount, account_id }, request }) => {
      testWorldOf(deps);
      const { id: accountId } = await targetAccount(deps, principal, account_id);
      const amountMicros = fromCents(amount);
      if (amount === 0) throw fieldError('amount', 'must not be 0');
      const money = { accountId, amountMicros, currency: DEFAULT_CURRENCY, note: 'Test money' };
      await deps.store.wallet.topUp(principal.actor, { ...money, idempotencyKey: idempotencyKey(request) });
      const micros = await deps.store.wallet.balance(accountId, DEFAULT_CURRENCY);
      return { data: { account_id: accountId, balance: toCents(micros) } };
    },
  });
  define({
    method: 'POST',
    url: '/sandbox/reset',
    tag: TAG,
    summary: 'End the test world; the next request begins a new one',
    scope: 'admin',
    response: envelope(Type.Object({ reset: Type.Boolean() })),
    handler: async ({ principal, request }) => {
      const world = testWorldOf(deps);
      if (principal.homeAccountId !== world.callerOf(request.raw)?.worldAccountId)
        throw new ApiError('insufficient_scope', 'A test world is ended by the account that it belongs to.');
      world.reset();
      return { data: { reset: true } };
    },
  });
}

const ADVANCE = Type.Object(
  {
    seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_SEC })),
    days: Type.Optional(Type.Number({ minimum: 0, maximum: LONGEST_SEC / DAY_SEC })),
    to: Type.Optional(Type.String({ maxLength: 40, description: 'RFC 3339; at most 400 days ahead.' })),
  },
  { additionalProperties: false },
);

function defineClock(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/sandbox/clock',
    tag: TAG,
    summary: 'What time it is in the test world, and what is due next',
    scope: 'any',
    response: envelope(CLOCK),
    handler: async () => {
      const world = testWorldOf(deps);
      const next = await world.nextDue();
      return {
        data: {
          now: isoTime(world.nowMs()),
          started_at: isoTime(world.startedAtMs),
          next: next === undefined ? null : { work: next.work, at: isoTime(next.atMs) },
        },
      };
    },
  });
  define({
    method: 'POST',
    url: '/sandbox/clock/advance',
    tag: TAG,
    summary: 'Move the clock of the test world ahead; what is due on the way is done, each at its time',
    scope: 'admin',
    body: ADVANCE,
    response: envelope(ADVANCED),
    handler: async ({ principal, body }) => {
      const world = testWorldOf(deps);
      return { data: advancedView(await world.advance(targetOf(body, world.nowMs()), principal.visible)) };
    },
  });
}

function targetOf({ seconds, days, to }: Static<typeof ADVANCE>, nowMs: number): number {
  if ([seconds, days, to].filter((value) => value !== undefined).length !== 1)
    throw fieldError('seconds', 'give one of seconds, days and to');
  if (to === undefined) return nowMs + Math.round((seconds ?? (days ?? 0) * DAY_SEC) * 1000);
  const ms = /^\d{4}-\d\d-\d\dT/.test(to) ? Date.parse(to) : Number.NaN;
  if (Number.isNaN(ms)) throw fieldError('to', 'must be a time like 2027-01-31T00:00:00Z');
  if (ms < nowMs) throw fieldError('to', `must not be before ${isoTime(nowMs)}: the clock goes ahead only`);
  if (ms > nowMs + LONGEST_SEC * 1000) throw fieldError('to', 'must be at most 400 days ahead');
  return ms;
}

function advancedView({ fromMs, nowMs, reached, work, events, totalEvents }: Advanced) {
  return {
    from: isoTime(fromMs),
    now: isoTime(nowMs),
    reached,
    work,
    total_events: totalEvents,
    events: events.map(({ id, event, atMs, data }) => ({
      ...{ id: `evt_${id}`, event, at: isoTime(atMs) },
      data: data as Record<string, never>,
    })),
  };
}
