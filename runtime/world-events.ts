import {
  type BindingRecord,
  type CallAttempt,
  type CallRecord,
  type SipEvent,
  type TrunkStateChange,
  unpackCalls,
} from '../bus/index.ts';

/** What SIP told by the machine's clock, by the clock of a test world; each call record by itself. */
export function shiftEvents(events: readonly SipEvent[], aheadMs: number): readonly SipEvent[] {
  return events.flatMap((event) => unpacked(event).map((single) => shifted(single, aheadMs)));
}

type Packed = Extract<SipEvent, { readonly kind: 'calls' }>;
type Single = Exclude<SipEvent, Packed>;

function unpacked(event: SipEvent): readonly Single[] {
  if (event.kind !== 'calls') return [event];
  return unpackCalls(event.calls).map(({ record }) => ({ kind: 'call', record: JSON.parse(record) as CallRecord }));
}

function shifted(event: Single, aheadMs: number): SipEvent {
  switch (event.kind) {
    case 'binding': {
      const { change } = event;
      return change.op === 'remove'
        ? event
        : { ...event, change: { ...change, binding: shiftBinding(change.binding, aheadMs) } };
    }
    case 'refreshes':
      return { ...event, refreshes: moved(event.refreshes, { expiresAtMs: true }, aheadMs) };
    case 'trunk_state':
      return { ...event, state: shiftState(event.state, aheadMs) };
    case 'trunk_transition':
      return { ...event, transition: moved(event.transition, { atMs: true }, aheadMs) };
    case 'call':
      return { ...event, record: shiftCall(event.record, aheadMs) };
    case 'register_failure':
      return { ...event, failure: moved(event.failure, { atMs: true }, aheadMs) };
    case 'ban':
      return { ...event, ban: moved(event.ban, { untilMs: true }, aheadMs) };
    case 'spend_alarm':
      return { ...event, alarm: moved(event.alarm, { atMs: true }, aheadMs) };
    case 'funds_ending':
      return { ...event, ending: moved(event.ending, { endsAtMs: true, atMs: true }, aheadMs) };
    case 'sip_message':
      return { ...event, message: moved(event.message, { atMs: true }, aheadMs) };
    case 'carrier_state':
      return { ...event, change: moved(event.change, { atMs: true }, aheadMs) };
    case 'credentials_moved':
    case 'calls_alive':
      return moved<typeof event>(event, { atMs: true }, aheadMs);
  }
}

function shiftBinding(binding: BindingRecord, aheadMs: number): BindingRecord {
  return moved(binding, { registeredAtMs: true, refreshedAtMs: true, expiresAtMs: true }, aheadMs);
}

function shiftState(state: TrunkStateChange, aheadMs: number): TrunkStateChange {
  return { ...moved(state, { atMs: true }, aheadMs), binding: shiftBinding(state.binding, aheadMs) };
}

function shiftCall(record: CallRecord, aheadMs: number): CallRecord {
  const times = { startedAtMs: true, answeredAtMs: true, endedAtMs: true, aliveAtMs: true } as const;
  const attempts = record.attempts.map((attempt): CallAttempt => moved(attempt, { atMs: true }, aheadMs));
  return { ...moved(record, times, aheadMs), attempts };
}

/** Names of times (epoch ms) in what SIP tells: the compiler wants each of them said. */
type TimeName<T> = Extract<keyof T, 'atMs' | 'sinceMs' | 'untilMs' | `${string}AtMs` | `${string}UntilMs`>;

function moved<T extends object>(value: T, names: Readonly<Record<TimeName<T>, true>>, aheadMs: number): T {
  const times = Object.entries(value).filter(([name]) => Object.hasOwn(names, name));
  return { ...value, ...Object.fromEntries(times.map(([name, time]) => [name, moveTime(time, aheadMs)])) };
}

/** 0 is no time: it stands for "never". */
function moveTime(value: unknown, aheadMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => moveTime(item, aheadMs));
  return typeof value === 'number' && value > 0 ? value + aheadMs : value;
}
