export { EVENT_NAMES, EVENTS, type EventName, envelopeOf, hears, isOptIn, isPrivate } from './catalogue.ts';
