import { type Static, Type } from 'typebox';
import type { NumberOffer } from '../../billing-hooks/index.ts';
import { toCents } from '../../tenancy/index.ts';
import { NUMBER_KIND } from '../closed-sets.ts';
import type { AdminDeps } from '../deps.ts';
import type { DefineRoute } from '../http/route.ts';
import { DEFAULT_PER_PAGE, PAGE_QUERY } from '../paging.ts';
import { nullable } from '../shapes.ts';

/** `toll-free` is how the guide writes it in prose (A22). */
export const NUMBER_TYPE = Type.Enum(['local', 'national', 'mobile', 'toll_free', 'toll-free']);

export type NumberTypeName = 'local' | 'national' | 'mobile' | 'toll_free' | 'toll-free';

export const COUNTRY_CODE = Type.String({ pattern: '^[A-Za-z]{2}$', description: 'ISO 3166 alpha-2.' });

/** A number that is on sale, as requests are answered with it. */
export const OFFER = Type.Object({
  number: Type.String(),
  country: Type.String(),
  type: NUMBER_KIND,
  city: nullable(Type.String()),
  monthly_rate: Type.Integer({ description: 'EUR cents.' }),
  setup_fee: Type.Integer({ description: 'EUR cents.' }),
  sms_enabled: Type.Boolean(),
  requires_regulatory: Type.Boolean({ description: 'Documents must be approved before the number works.' }),
});

const QUERY = Type.Object(
  {
    country: COUNTRY_CODE,
    type: Type.Optional(NUMBER_TYPE),
    city: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
    sms_enabled: Type.Optional(Type.Boolean()),
    page: PAGE_QUERY.page,
    per_page: PAGE_QUERY.per_page,
  },
  { additionalProperties: false },
);

export function toNumberType(name: NumberTypeName | undefined) {
  return name === 'toll-free' ? 'toll_free' : name;
}

export function offerView(offer: NumberOffer): Static<typeof OFFER> {
  const { number, country, type, city, smsEnabled, requiresRegulatory } = offer;
  return {
    ...{ number, country, type, city },
    monthly_rate: toCents(offer.monthlyRateMicros),
    setup_fee: toCents(offer.setupFeeMicros),
    sms_enabled: smsEnabled,
    requires_regulatory: requiresRegulatory,
  };
}

/** S1:68-87. */
export function installNumberSearch(define: DefineRoute, deps: AdminDeps): void {
  define({
    method: 'GET',
    url: '/numbers/search',
    tag: 'Numbers',
    summary: 'Search numbers that can be bought',
    scope: 'numbers:read',
    query: QUERY,
    response: Type.Object({
      data: Type.Array(OFFER),
      meta: Type.Object({ total: Type.Integer(), page: Type.Integer() }),
    }),
    handler: async ({ query }) => {
      const { page = 1, per_page: limit = DEFAULT_PER_PAGE, city } = query;
      const wanted = {
        country: query.country.toUpperCase(),
        type: toNumberType(query.type),
        city,
        smsEnabled: query.sms_enabled,
      };
      const { total, offers } = await deps.store.inventory.search(wanted, { offset: (page - 1) * limit, limit });
      return { data: offers.map(offerView), meta: { total, page } };
    },
  });
}
