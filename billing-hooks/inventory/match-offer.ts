import type { InventoryQuery, NumberOffer } from './carrier-adapter.ts';

/** Whether somebody who searches so is shown that number. */
export function matchesQuery(offer: NumberOffer, { type, city, smsEnabled }: InventoryQuery): boolean {
  if (type !== undefined && offer.type !== type) return false;
  if (smsEnabled !== undefined && offer.smsEnabled !== smsEnabled) return false;
  return city === undefined || (offer.city !== null && plain(offer.city) === plain(city));
}

/** `München` and `munchen` are the same city. */
function plain(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').trim().toLowerCase();
}
