import type { BindingShare } from './directory-share.ts';
import type { BindingRecord } from './events.ts';

/** The bindings of a share, with the times of their last refresh. */
export function unpackBindings(share: BindingShare): readonly BindingRecord[] {
  const expiries = JSON.parse(share.expiresAtMs) as readonly number[];
  return (JSON.parse(share.records) as readonly BindingRecord[]).map((record, row) => {
    const expiresAtMs = expiries[row] ?? record.expiresAtMs;
    const extendedMs = expiresAtMs - record.expiresAtMs;
    return extendedMs === 0 ? record : { ...record, refreshedAtMs: record.refreshedAtMs + extendedMs, expiresAtMs };
  });
}
