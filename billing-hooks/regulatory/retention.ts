const DAY_MS = 86_400_000;

/** How long documents are kept (ms): nobody keeps a passport longer than it is needed. */
export const RETENTION = {
  /** From upload, while nothing is submitted with it. */
  unusedMs: 30 * DAY_MS,
  /** From the approval: the proof that a regulator may ask for. */
  approvedMs: 365 * DAY_MS,
  /** From the rejection: time to hand it in again with what was missing. */
  rejectedMs: 30 * DAY_MS,
} as const;
