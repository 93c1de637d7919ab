import { type TProperties, Type } from 'typebox';

const text = (description: string) => Type.String({ description });
const id = (description: string) => Type.Integer({ description });
const orNull = <T extends ReturnType<typeof text> | ReturnType<typeof id>>(shape: T) =>
  Type.Union([shape, Type.Null()]);
const time = (description: string) => Type.String({ description: `${description}; ISO 8601, UTC` });
const shape = <T extends TProperties>(properties: T) => Type.Object(properties, { additionalProperties: false });

const TRUNK = { trunk_uuid: text('trk_…'), trunk_id: id('The same trunk'), name: text('Its name'), username: text('') };

const PRESENCE = shape({
  ...TRUNK,
  contact: text('The Contact URI of the PBX'),
  source: text('Address and port that it speaks from'),
  transport: text('udp, tcp, tls, ws or wss'),
  user_agent: orNull(text('What the PBX calls itself')),
  expires: time('End of the registration'),
  reason: orNull(text('Why it is off: expired, unregistered, flow_closed, probe_failed, …; null when it came')),
});

const NUMBER = {
  number: text('+ and digits'),
  country: orNull(text('Two letters')),
  type: text('local, national, mobile or toll_free'),
  trunk_uuid: orNull(text('The trunk it rings')),
  order_id: orNull(id('The order it was bought with')),
};

const CALL = {
  call_uuid: text('cal_…, as in the call records'),
  trunk_id: orNull(id('The trunk it came from')),
};

/**
 * All that webhooks tell: what it means, and its `data`. The first eight are those of the guide (F-080 to F-086);
 * an event that is not listed here cannot be told.
 */
export const EVENTS = {
  'number.activated': {
    description: 'A number is live: bought, approved, or back after a suspension',
    data: shape(NUMBER),
  },
  'number.suspended': {
    description: 'A number was suspended: its renewal could not be paid, or the operator did it',
    data: shape(NUMBER),
  },
  'number.released': { description: 'A number went back', data: shape(NUMBER) },
  'regulatory.approved': {
    description: 'The documents of a number were accepted',
    data: shape({ ...NUMBER, submission_id: id('As answered by /regulatory/submit') }),
  },
  'regulatory.rejected': {
    description: 'The documents of a number were not accepted',
    data: shape({ ...NUMBER, submission_id: id('As answered by /regulatory/submit'), reason: text('What is wrong') }),
  },
  'trunk.registered': { description: 'A PBX came; not for refreshes', data: PRESENCE },
  'trunk.offline': { description: 'A PBX went, and did not come back within the damping time', data: PRESENCE },
  'message.received': {
    description: 'A message for a number of yours',
    data: shape({
      message_id: text('msg_…'),
      from: text('Who sent it'),
      to: text('Your number'),
      body: text('Its text'),
      segments: id('Parts that it came in'),
    }),
  },
  'number.renewal_due': {
    description:
      'Before a renewal, on the days of `renewal.reminder_days`; `affordable` says whether the wallet can pay it',
    data: shape({
      ...NUMBER,
      days: id('Days until then'),
      renews_at: orNull(time('The renewal')),
      monthly_rate: id('Cents'),
      balance: text('The wallet, as a decimal'),
      affordable: Type.Boolean(),
    }),
  },
  'trunk.credentials_moved': {
    description: 'During an exchange of passwords the PBX has used the new one; the old one is not needed any more',
    data: shape(TRUNK),
  },
  'emergency.called': {
    description: 'Somebody asks for help: a call to an emergency number has begun',
    data: shape({ ...CALL, from: text('The caller'), to: text('The number called') }),
  },
  'call.funds_ending': {
    description: 'The wallet cannot pay a call that is going on beyond this time',
    data: shape({ ...CALL, ends_at: time('When the call will be ended') }),
  },
  'spend.alarm': {
    description: 'A cap on spending is nearly or wholly used; once a day for each cap and state',
    data: shape({
      cap: text('trunk_day, day or rolling_24h'),
      state: text('near or reached'),
      trunk_id: orNull(id('null: the cap of the account')),
      spent_micros: id('Millionths of the currency'),
      cap_micros: id('Millionths of the currency'),
    }),
  },
  'wallet.low': {
    description: 'A wallet has fallen below its threshold; told once each time that it falls',
    data: shape({
      balance: text('The wallet less what calls hold, as a decimal'),
      threshold: text('As a decimal'),
      recharge: orNull(text('What is being asked for, as a decimal; null: nothing')),
    }),
  },
  'webhook.test': {
    description: 'Sent on request to try an endpoint; nothing has happened. It comes whatever the endpoint listens to',
    data: shape({ webhook_uuid: text('whk_…'), message: text('') }),
  },
} as const satisfies Readonly<Record<string, { readonly description: string; readonly data: object }>>;

export type EventName = keyof typeof EVENTS;

export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

/** The envelope that every event comes in (S1:201-212). */
export function envelopeOf(event: EventName) {
  return Type.Object(
    { event: Type.Literal(event), timestamp: time('When it happened'), data: EVENTS[event].data },
    { description: EVENTS[event].description, additionalProperties: false },
  );
}
