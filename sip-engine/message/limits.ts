/** Hard limits of the parser; what is over one is refused, whatever its content. */
export interface ParseLimits {
  /** Whole message in bytes; more is answered 513. */
  readonly maxMessageBytes: number;
  /** Body in bytes; more is answered 413. */
  readonly maxBodyBytes: number;
  /** Request-URI in bytes; more is answered 414. */
  readonly maxUriBytes: number;
  /** One header line, folds included, in bytes; more is answered 400. */
  readonly maxHeaderBytes: number;
  /** Header lines; more is answered 400. */
  readonly maxHeaders: number;
}

export const DEFAULT_LIMITS: ParseLimits = {
  maxMessageBytes: 65_535,
  maxBodyBytes: 65_535,
  maxUriBytes: 2_048,
  maxHeaderBytes: 8_192,
  maxHeaders: 256,
};
