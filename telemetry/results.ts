/** The closed vocabulary in which every REGISTER and every call ends (design.md section 7). */
export type Result = 'ok' | 'client_error' | 'server_error' | 'upstream_error' | 'indeterminate';

export interface ReasonEntry {
  readonly result: Result;
  /** The SIP status it is usually answered with; 0 where there is none. */
  readonly status: number;
  /** What the SIP peer may read in `Warning: 399`; absent where nothing is said. */
  readonly publicReason?: string;
  /** One plain sentence for people. */
  readonly sentence: string;
  /** What to do about it; `''` when nothing is wrong. */
  readonly remedy: string;
}
