/** One thing wrong with the configuration: where, what was seen, what would be right. */
export interface ConfigFault {
  /** `sip.port` in the file, or the name of the environment variable. */
  readonly path: string;
  readonly message: string;
}

/** Lists every fault at once, so that a file is mended in one go. */
export class ConfigError extends Error {
  readonly code = 'config_invalid';
  readonly faults: readonly ConfigFault[];

  constructor(source: string, faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${fault.path}: ${fault.message}`);
    super(`configuration is not valid (${source}):\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
