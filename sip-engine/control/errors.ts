/** A header of an application's answer that no peer could read. */
export class BadHeaderError extends Error {
  override readonly name = 'BadHeaderError';
  readonly code = 'bad_header';
  readonly header: string;

  constructor(header: string) {
    super(`${JSON.stringify(header)} has a value that cannot be sent`);
    this.header = header;
  }
}
