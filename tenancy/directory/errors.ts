/** A delta does not follow the version the directory is at; the publisher must send a `reset`. */
export class DirectoryGapError extends Error {
  readonly code = 'directory_gap';

  constructor(have: number, got: number) {
    super(`The directory is at version ${have} and cannot apply version ${got}; it needs a full copy.`);
    this.name = 'DirectoryGapError';
  }
}
