/** The time of day; injected, so that tests and a year in a second need no waiting. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
}

export const SYSTEM_CLOCK: Clock = { nowMs: () => Date.now() };
