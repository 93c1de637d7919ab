import { Type } from 'typebox';
import { type DeckRow, decimal, type Payer, type RateRow } from '../../billing-hooks/index.ts';
import { setOf } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import { ApiError, fieldError, notFound } from '../errors.ts';
import type { DefineRoute } from '../http/route.ts';
import { paged, parsePage, sortedBy } from '../paging.ts';
import type { Principal } from '../principal.ts';
import { requireOperator } from '../principal.ts';
import { CURRENCY, envelope, ID_OR_UUID, ID_PARAMS, isoTime, listEnvelope, NAME, nullable } from '../shapes.ts';
import { targetAccount } from '../target-account.ts';

const TAG = 'Rates';
const MICROS = { description: 'Decimal string, up to six digits after the point.' };
/** A deck of a million lines is about 40 MB. */
const CSV_LIMIT_BYTES = 40 * 1024 * 1024;

const BAND = Type.Object(
  {
    name: NAME,
    days: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true }),
    from_minute: Type.Integer({ minimum: 0, maximum: 1439, description: 'Since midnight.' }),
    to_minute: Type.Integer({ minimum: 0, maximum: 1440, description: 'At or before the start: on the next day.' }),
  },
  { additionalProperties: false },
);
const DECK = Type.Object({
  id: Type.Integer(),
  uuid: Type.String(),
  account_id: nullable(Type.Integer({ description: 'Whose revenue it makes; null: the platform.' })),
  name: Type.String(),
  currency: Type.String(),
  timezone: Type.String(),
  round_to_micros: Type.Integer(),
  bands: Type.Array(BAND),
  rates: Type.Integer({ description: 'How many prices it has.' }),
});
const RATE = Type.Object({
  id: Type.Integer(),
  direction: setOf<RateRow['direction']>({ out: true, in: true, toll_free: true }),
  prefix: Type.String(),
  per_minute: Type.String(MICROS),
  connect_fee: Type.String(MICROS),
  minimum: Type.String(MICROS),
  interval: Type.String({ description: 'Seconds at once, then each time: 30/6.' }),
  band: Type.String(),
  from: nullable(Type.String()),
  until: nullable(Type.String()),
});
const NEW_DECK = Type.Object(
  {
    name: NAME,
    currency: Type.Optional(CURRENCY),
    timezone: Type.Optional(Type.String({ maxLength: 64 })),
    round_to_micros: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    bands: Type.Optional(Type.Array(BAND, { maxItems: 30 })),
    account_id: Type.Optional(ID_OR_UUID),
  },
  { additionalProperties: false },
);
const PAYER = Type.Object(
  {
    account_id: Type.Optional(ID_OR_UUID),
    carrier_id: Type.Optional(ID_OR_UUID),
    platform: Type.Optional(Type.Boolean({ description: 'Everybody who has no deck of an own.' })),
  },
  { additionalProperties: false },
);
const PAYERS = envelope(Type.Object({ payers: Type.Array(Type.String()) }));

/** Price lists and who pays by them (docs/billing.md). */
export function installRateDecks(define: DefineRoute, deps: AdminDeps): void {
  defineDecks(define, deps);
  definePrices(define, deps);
  definePayers(define, deps);
}

function defineDecks(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  define({
    method: 'GET',
    url: '/rate-decks',
    tag: TAG,
    summary: 'List price lists',
    scope: 'billing:read',
    query: Type.Object(sortedBy('name'), { additionalProperties: false }),
    response: listEnvelope(DECK),
    handler: async ({ principal, query }) => {
      const page = parsePage(query);
      const { rows, meta } = paged(page, await money().listDecks(principal.visible, page));
      return { data: rows.map(deckView), meta };
    },
  });
  define({
    method: 'POST',
    url: '/rate-decks',
    tag: TAG,
    summary: 'Make a price list',
    scope: 'billing:write',
    body: NEW_DECK,
    status: 201,
    response: envelope(DECK),
    handler: async ({ principal, body }) => {
      const isPlatform = principal.accountId === null && body.account_id === undefined;
      const accountId = isPlatform ? null : (await targetAccount(deps, principal, body.account_id)).id;
      const { name, currency, timezone, round_to_micros: roundToMicros } = body;
      const bands = body.bands?.map((band) => ({ ...band, fromMin: band.from_minute, toMin: band.to_minute }));
      const deck = { accountId, name, currency, timezone, roundToMicros, bands: bands?.map(toBand) };
      return { data: deckView(await money().createDeck(principal.actor, deck)) };
    },
  });
  define({
    method: 'GET',
    url: '/rate-decks/:id',
    tag: TAG,
    summary: 'Show a price list',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: envelope(DECK),
    handler: async ({ principal, params }) => ({ data: deckView(await money().getDeck(principal.visible, params.id)) }),
  });
  define({
    method: 'DELETE',
    url: '/rate-decks/:id',
    tag: TAG,
    summary: 'Delete a price list that nobody pays by',
    scope: 'billing:write',
    params: ID_PARAMS,
    response: envelope(DECK),
    handler: async ({ principal, params }) => {
      const deck = await money().getDeck(principal.visible, params.id);
      await money().removeDeck(principal.actor, deck);
      return { data: deckView(deck) };
    },
  });
}

function definePrices(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  define({
    method: 'GET',
    url: '/rate-decks/:id/rates',
    tag: TAG,
    summary: 'List the prices of a price list',
    scope: 'billing:read',
    params: ID_PARAMS,
    query: Type.Object(
      { ...sortedBy('prefix'), prefix: Type.Optional(Type.String({ maxLength: 20 })) },
      { additionalProperties: false },
    ),
    response: listEnvelope(RATE),
    handler: async ({ principal, params, query }) => {
      const deck = await money().getDeck(principal.visible, params.id);
      const page = parsePage(query);
      const { rows, meta } = paged(page, await money().listRates(deck.id, page, query.prefix));
      return { data: rows.map(rateView), meta };
    },
  });
  define({
    method: 'POST',
    url: '/rate-decks/:id/rates',
    tag: TAG,
    summary: 'Add or replace prices, all or none',
    scope: 'billing:write',
    bodyLimit: CSV_LIMIT_BYTES,
    publishes: true,
    params: ID_PARAMS,
    body: Type.Object(
      { csv: Type.Optional(Type.String({ description: 'With a head line; columns in docs/billing.md.' })) },
      { additionalProperties: false },
    ),
    response: envelope(DECK),
    handler: async ({ principal, params, body }) => {
      const deck = await money().getDeck(principal.visible, params.id);
      if (body.csv === undefined) throw fieldError('csv', 'is required');
      const rates = await money().putRates(principal.actor, deck, body.csv);
      return { data: { ...deckView(deck), rates } };
    },
  });
}

function definePayers(define: DefineRoute, deps: AdminDeps): void {
  const money = () => deps.store.money;
  define({
    method: 'GET',
    url: '/rate-decks/:id/payers',
    tag: TAG,
    summary: 'Show who pays by a price list',
    scope: 'billing:read',
    params: ID_PARAMS,
    response: PAYERS,
    handler: async ({ principal, params }) => {
      const deck = await money().getDeck(principal.visible, params.id);
      return { data: { payers: await money().payersOf(deck.id) } };
    },
  });
  for (const action of ['assign', 'unassign'] as const) {
    define({
      method: 'POST',
      url: `/rate-decks/:id/${action}`,
      tag: TAG,
      summary: action === 'assign' ? 'Let somebody pay by a price list' : 'Take a price list away from somebody',
      scope: 'billing:write',
      params: ID_PARAMS,
      body: PAYER,
      publishes: true,
      response: PAYERS,
      handler: async ({ principal, params, body }) => {
        const deck = await money().getDeck(principal.visible, params.id);
        const payer = await payerOf(deps, principal, body);
        const payers = await money().payersOf(deck.id);
        if (action === 'assign') await money().assign(principal.actor, payer, deck.id);
        else if (payers.includes(payer)) await money().assign(principal.actor, payer, null);
        return { data: { payers: await money().payersOf(deck.id) } };
      },
    });
  }
}

type PayerBody = {
  readonly account_id?: number | string;
  readonly carrier_id?: number | string;
  readonly platform?: boolean;
};

/** Nobody sets what they pay themselves; carriers and the platform are the operator's. */
async function payerOf(deps: AdminDeps, principal: Principal, body: PayerBody): Promise<Payer> {
  const named = [body.account_id, body.carrier_id, body.platform].filter((value) => value !== undefined);
  if (named.length !== 1) throw fieldError('account_id', 'name one of account_id, carrier_id, platform');
  if (body.account_id !== undefined) {
    const account = await targetAccount(deps, principal, body.account_id);
    if (principal.kind !== 'operator' && account.id === principal.homeAccountId)
      throw new ApiError('insufficient_scope', 'What an account pays is set by the account above it or the operator.');
    return `account:${account.id}`;
  }
  requireOperator(principal);
  if (body.carrier_id === undefined) return 'platform';
  const carrier = await deps.store.carriers.find(body.carrier_id);
  if (carrier === undefined) throw notFound('carrier');
  return `carrier:${carrier.id}`;
}

function toBand({ name, days, fromMin, toMin }: DeckRow['bands'][number]) {
  return { name, days, fromMin, toMin };
}

function deckView({ id, uuid, accountId, name, currency, timezone, roundToMicros, bands, rates }: DeckRow) {
  return {
    ...{ id, uuid, account_id: accountId, name, currency, timezone, round_to_micros: roundToMicros, rates },
    bands: bands.map((band) => ({
      name: band.name,
      days: band.days,
      from_minute: band.fromMin,
      to_minute: band.toMin,
    })),
  };
}

function rateView(rate: RateRow & { readonly id: number }) {
  const { id, direction, prefix, band, firstSec, nextSec } = rate;
  return {
    ...{ id, direction, prefix, band },
    per_minute: decimal(rate.perMinuteMicros),
    connect_fee: decimal(rate.connectFeeMicros),
    minimum: decimal(rate.minimumMicros),
    interval: `${firstSec}/${nextSec}`,
    from: rate.fromMs === 0 ? null : isoTime(rate.fromMs),
    until: isoTime(rate.untilMs),
  };
}
