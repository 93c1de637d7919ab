import { type CallRecord, type SipEvent, unpackCalls } from '../bus/index.ts';

/** Names of times in what SIP tells; epoch ms. */
const TIME = /^(at|since|until)Ms$|(At|Until)Ms$/;

/** What SIP told by the machine's clock, by the clock of a test world; each call record by itself. */
export function shiftEvents(events: readonly SipEvent[], aheadMs: number): readonly SipEvent[] {
  return events.flatMap((event) => unpacked(event).map((single) => shifted(single, aheadMs) as SipEvent));
}

function unpacked(event: SipEvent): readonly SipEvent[] {
  if (event.kind !== 'calls') return [event];
  return unpackCalls(event.calls).map(({ record }) => ({ kind: 'call', record: JSON.parse(record) as CallRecord }));
}

function shifted(value: unknown, aheadMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shifted(item, aheadMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      TIME.test(name) ? shiftTime(part, aheadMs) : shifted(part, aheadMs),
    ]),
  );
}

/** 0 is no time: it stands for "never". */
function shiftTime(value: unknown, aheadMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => shiftTime(item, aheadMs));
  return typeof value === 'number' && value > 0 ? value + aheadMs : value;
}
