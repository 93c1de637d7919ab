import type { CallColumns, CallRow } from '../../bus/index.ts';
import type { EventName } from '../events/index.ts';
import { accountAndAbove, type SqliteConnection, tellEvent } from '../store/index.ts';

type CallEvent = Extract<EventName, 'call.started' | 'call.answered' | 'call.ended'>;

/** Who wants to hear of calls: of an account (`null`: of every account) these events. */
export type CallListeners = ReadonlyMap<number | null, ReadonlySet<string>>;

const LISTENING = `SELECT account_id AS accountId, events FROM webhooks
  WHERE instr(events, '"call.') > 0 AND status <> 'deleted' AND disabled_at_ms IS NULL`;
const ASKING = "SELECT key, value FROM settings WHERE key >= 'call_events:' AND key < 'call_events;'";
const ASK = 'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';

/** A program that follows events without an endpoint asks again within seconds (ms). */
const ASKED_MS = 60_000;
const ALL: ReadonlySet<string> = new Set<CallEvent>(['call.started', 'call.answered', 'call.ended']);

/** `undefined` when nobody wants to hear of calls: then a call costs nothing more. */
export function callListeners(connection: SqliteConnection, nowMs: number): CallListeners | undefined {
  const endpoints = connection.prepare(LISTENING).all([]) as { accountId: number | null; events: string }[];
  const asked = connection.prepare(ASKING).all([]) as { key: string; value: string }[];
  if (endpoints.length === 0 && asked.length === 0) return undefined;
  const found = new Map<number | null, Set<string>>();
  const add = (accountId: number | null, events: Iterable<string>) => {
    const known = found.get(accountId) ?? new Set();
    for (const event of events) if (ALL.has(event)) known.add(event);
    if (known.size > 0) found.set(accountId, known);
  };
  for (const { accountId, events } of endpoints) add(accountId, JSON.parse(events) as string[]);
  for (const { key, value } of asked) {
    const accountId = Number(key.slice('call_events:'.length));
    if (Number(value) > nowMs) add(accountId === 0 ? null : accountId, ALL);
  }
  return found.size === 0 ? undefined : found;
}

/** Somebody follows the calls of that account (`null`: of all) by asking for events, and will ask again soon. */
export function askForCallEvents(connection: SqliteConnection, accountId: number | null, nowMs: number): void {
  connection.prepare(ASK).run([`call_events:${accountId ?? 0}`, String(nowMs + ASKED_MS)]);
}

/** Tells what is new in the record of a call, beside the one of `before`, if there was one. */
export function tellCall(
  connection: SqliteConnection,
  listeners: CallListeners,
  row: CallRow,
  before: { readonly answeredAtMs: number | null; readonly endedAtMs: number | null } | undefined,
): void {
  const [, accountId, , , , , , , startedAtMs, answeredAtMs, endedAtMs] = row.columns;
  const wanted = wantedOf(connection, listeners, accountId);
  if (wanted.size === 0) return;
  const tell = (event: CallEvent, isNew: boolean, atMs: number | null, data: () => object) => {
    if (isNew && atMs !== null && wanted.has(event)) tellEvent(connection, { accountId, event, data: data() }, atMs);
  };
  const parties = partiesOf(row.columns);
  const answered_at = isoOf(answeredAtMs);
  tell('call.started', before === undefined, startedAtMs, () => parties);
  tell('call.answered', (before?.answeredAtMs ?? null) === null, answeredAtMs, () => ({ ...parties, answered_at }));
  tell('call.ended', (before?.endedAtMs ?? null) === null, endedAtMs, () => ({ ...parties, ...endOf(row) }));
}

function wantedOf(
  connection: SqliteConnection,
  listeners: CallListeners,
  accountId: number | null,
): ReadonlySet<string> {
  const wanted = new Set(listeners.get(null));
  const above = accountId === null ? [] : accountAndAbove(connection, accountId);
  for (const id of above) for (const event of listeners.get(id) ?? []) wanted.add(event);
  return wanted;
}

function partiesOf(columns: CallColumns) {
  const [uuid, , trunkId, , , direction, from, to, startedAtMs] = columns;
  return { call_uuid: uuid, trunk_id: trunkId, direction, from, to, started_at: isoOf(startedAtMs) };
}

function endOf({ columns, record }: CallRow) {
  const [, , , , , , , , , answeredAtMs, endedAtMs, result, reason, status] = columns;
  const { hungUpBy = null } = JSON.parse(record) as { readonly hungUpBy?: string | null };
  return {
    answered_at: isoOf(answeredAtMs),
    ended_at: isoOf(endedAtMs),
    duration_sec: answeredAtMs === null || endedAtMs === null ? 0 : Math.round((endedAtMs - answeredAtMs) / 1000),
    result,
    reason,
    sip_status: status,
    hung_up_by: hungUpBy,
  };
}

function isoOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
