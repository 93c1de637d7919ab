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
  call_uuid: text('call_…, as in the call records'),
  trunk_id: orNull(id('The trunk it came from, or went to')),
};

const PARTIES = {
  ...CALL,
  direction: text('in, out or internal'),
  from: text('The caller'),
  to: text('The number called'),
  started_at: time('When it began'),
};

const PORTING = {
  porting_id: id('The order, as answered by /porting-orders'),
  porting_uuid: text('The same order'),
  numbers: Type.Array(Type.String(), { description: 'The numbers that it is about; + and digits' }),
  current_provider: text('Where they come from'),
};

const CARRIER = { carrier_id: id('The carrier'), carrier_uuid: text('car_…'), name: text('Its name') };

interface EventEntry {
  readonly description: string;
  readonly data: object;
  /** Told to those who name it; `*` does not mean it. It is not even written while nobody does. */
  readonly isOptIn?: true;
  /** It carries what people say to each other: sealed wherever it is kept. */
  readonly isPrivate?: true;
}

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
  'porting.accepted': {
    description: 'The provider lets the numbers go, or the day has changed',
    data: shape({ ...PORTING, ports_at: time('When they come') }),
  },
  'porting.completed': {
    description: 'The numbers are here; each is told of by `number.activated`, too',
    data: shape({ ...PORTING, ports_at: time('When they came') }),
  },
  'porting.rejected': {
    description: 'The numbers do not come; a new order can be made',
    data: shape({ ...PORTING, reason: text('Why') }),
  },
  'porting.cancelled': { description: 'The order was taken back', data: shape(PORTING) },
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
    isPrivate: true,
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
  'call.started': { description: 'A call has begun, or is refused at once', data: shape(PARTIES), isOptIn: true },
  'call.answered': {
    description: 'A call was answered',
    data: shape({ ...PARTIES, answered_at: time('When it was answered') }),
    isOptIn: true,
  },
  'call.ended': {
    description: 'A call has ended, or was refused',
    data: shape({
      ...PARTIES,
      answered_at: orNull(time('When it was answered; null: it was not')),
      ended_at: time('When it ended'),
      duration_sec: id('Whole seconds from answer to end'),
      result: text('ok, client_error, server_error, upstream_error or indeterminate'),
      reason: text('As in docs/errors.md'),
      sip_status: id('The status that the caller was given'),
      hung_up_by: orNull(text('caller, callee or server')),
    }),
    isOptIn: true,
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
  'carrier.down': {
    description: 'No gateway of a carrier answers any more, or it does not let us register; for the operator',
    data: shape({ ...CARRIER, reason: text('gateways_silent or registration_failed') }),
  },
  'carrier.up': { description: 'A carrier that was down can be used again; for the operator', data: shape(CARRIER) },
  'wallet.low': {
    description: 'A wallet has fallen below its threshold; told once each time that it falls',
    data: shape({
      balance: text('The wallet less what calls hold, as a decimal'),
      threshold: text('As a decimal'),
      recharge: orNull(text('What is being asked for, as a decimal; null: nothing')),
      currency: text('Of all three: EUR, …'),
    }),
  },
  'webhook.test': {
    description: 'Sent on request to try an endpoint; nothing has happened. It comes whatever the endpoint listens to',
    data: shape({ webhook_uuid: text('whk_…'), message: text('') }),
  },
} as const satisfies Readonly<Record<string, EventEntry>>;

export type EventName = keyof typeof EVENTS;

export const EVENT_NAMES = Object.keys(EVENTS) as readonly EventName[];

/** Whether an endpoint that listens to these names hears of the event. */
export function hears(listensTo: readonly string[], event: EventName): boolean {
  if (listensTo.includes(event)) return true;
  return listensTo.includes('*') && !isOptIn(event);
}

/** Told to those alone who name it. */
export function isOptIn(event: EventName): boolean {
  const entry: EventEntry = EVENTS[event];
  return entry.isOptIn === true;
}

/** Its text is nobody's business but of those it is told to. */
export function isPrivate(event: string): boolean {
  const entry: EventEntry | undefined = (EVENTS as Readonly<Record<string, EventEntry>>)[event];
  return entry?.isPrivate === true;
}

/** The envelope that every event comes in (S1:201-212). */
export function envelopeOf(event: EventName) {
  return Type.Object(
    { event: Type.Literal(event), timestamp: time('When it happened'), data: EVENTS[event].data },
    { description: EVENTS[event].description, additionalProperties: false },
  );
}
