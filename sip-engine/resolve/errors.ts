export type ResolveErrorCode = 'bad_uri' | 'unsupported_scheme' | 'no_transport' | 'no_such_name' | 'dns_failure';

const STATUS: { readonly [Code in ResolveErrorCode]: number } = {
  bad_uri: 400,
  unsupported_scheme: 416,
  no_transport: 503,
  no_such_name: 503,
  dns_failure: 503,
};

/** A URI that leads nowhere. */
export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly code: ResolveErrorCode;
  /** The final response that whoever asked deserves (RFC 3261 8.1.3.1, 21.4.14). */
  readonly status: number;

  constructor(code: ResolveErrorCode, what: string, options?: ErrorOptions) {
    super(`${what}: ${code.replaceAll('_', ' ')}`, options);
    this.code = code;
    this.status = STATUS[code];
  }
}
