export { MAX_BANDS } from './band-calendar.ts';
export { Deck, type NumberPrices } from './deck.ts';
export { packRates } from './pack-rates.ts';
export type { Rate } from './rate.ts';
export { affordableSec, type RatedCall, rateCall } from './rate-call.ts';
export { ZoneOffsets } from './zone-offsets.ts';
