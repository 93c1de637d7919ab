import { CALL_REASONS } from './call-reasons.ts';
import { MESSAGE_REASONS } from './message-reasons.ts';
import { REGISTER_REASONS } from './register-reasons.ts';
import type { ReasonEntry } from './results.ts';
import { SERVER_REASONS } from './server-reasons.ts';

/**
 * Every reason there is, in one table: metric labels, log lines, call records, traces, API and
 * docs/errors.md use these words and no others. A test holds code, table and docs together.
 */
export const REASONS = { ...REGISTER_REASONS, ...CALL_REASONS, ...MESSAGE_REASONS, ...SERVER_REASONS } as const;

export type Reason = keyof typeof REASONS;

/** The catalogue entry with its optional fields in reach. */
export function reasonEntry(reason: Reason): ReasonEntry {
  return ENTRIES.get(reason) ?? REASONS[reason];
}

/** A look-up by a name that differs each time is several times as fast in a Map as in an object of this size. */
const ENTRIES: ReadonlyMap<Reason, ReasonEntry> = new Map(Object.entries(REASONS) as [Reason, ReasonEntry][]);
