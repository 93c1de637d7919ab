export { EVENT_NAMES, EVENTS, type EventName, envelopeOf } from './catalogue.ts';
