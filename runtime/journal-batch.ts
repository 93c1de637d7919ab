import type { BindingRefreshes, SipEvent } from '../bus/index.ts';

type Refreshes = Extract<SipEvent, { readonly kind: 'refreshes' }>;

/** Refreshes of one transaction: what a commit writes of them keeps the core for less than a millisecond. */
const MOST_REFRESHES = 500;
/** So many calls no further list joins: one commit of all that waits after a stall keeps the core for ten milliseconds and more. */
const MOST_CALLS = 200;

/** Of an event that is no list, and of one refresh in a list (bytes). */
const EVENT_BYTES = 1024;
const REFRESH_BYTES = 128;

/** What events take in memory, roughly (bytes). Those of a batch together take what its parts do. */
export function roomOf(events: readonly SipEvent[]): number {
  let bytes = 0;
  for (const event of events) {
    if (event.kind === 'refreshes') bytes += event.refreshes.trunkIds.length * REFRESH_BYTES;
    else if (event.kind !== 'calls') bytes += EVENT_BYTES;
    else {
      bytes += event.calls.heads.length;
      for (const record of event.calls.records) bytes += record.length;
    }
  }
  return bytes;
}

/**
 * Takes off the backlog what is written next in one transaction: all of it, or as far as there are not too many refreshes
 * or calls. Refreshes depend on nothing but their order among other changes of bindings; a list of calls is the last of
 * what is told at a time, so that nothing which belongs together is cut behind it.
 */
export function takeBatch(backlog: SipEvent[]): readonly SipEvent[] {
  let [refreshes, calls] = [0, 0];
  for (const [at, event] of backlog.entries()) {
    if (event.kind === 'calls') {
      calls += event.calls.records.length;
      if (calls >= MOST_CALLS) return backlog.splice(0, at + 1);
    }
    if (event.kind !== 'refreshes') continue;
    const count = event.refreshes.trunkIds.length;
    if (count > MOST_REFRESHES) {
      backlog.splice(at, 1, ...partsOf(event));
      return backlog.splice(0, Math.max(at, 1));
    }
    refreshes += count;
    if (refreshes > MOST_REFRESHES) return backlog.splice(0, at);
  }
  return backlog.splice(0);
}

/** In the order of the store's keys: each of its pages is written by one part. */
function partsOf({ kind, refreshes }: Refreshes): Refreshes[] {
  const { trunkIds } = refreshes;
  // Where two are of one trunk the sort keeps their order.
  const places = trunkIds.map((_, place) => place).sort((a, b) => (trunkIds[a] ?? 0) - (trunkIds[b] ?? 0));
  const parts: Refreshes[] = [];
  for (let from = 0; from < places.length; from += MOST_REFRESHES) {
    parts.push({ kind, refreshes: pick(refreshes, places.slice(from, from + MOST_REFRESHES)) });
  }
  return parts;
}

function pick(
  { trunkIds, contacts, regIds, expiresAtMs }: BindingRefreshes,
  places: readonly number[],
): BindingRefreshes {
  return {
    trunkIds: places.map((place) => trunkIds[place] ?? 0),
    contacts: places.map((place) => contacts[place] ?? ''),
    regIds: places.map((place) => regIds[place] ?? null),
    expiresAtMs: places.map((place) => expiresAtMs[place] ?? 0),
  };
}
