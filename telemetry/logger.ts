import {
  type DestinationStream,
  destination,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  stdTimeFunctions,
} from 'pino';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; standard output unless given. */
  readonly stream?: DestinationStream;
}

/** Whatever else goes wrong, these never reach a log line. */
const SECRET_FIELDS = ['password', 'secret', 'ha1', 'authorization', 'api_key', 'token', 'operator_key'];

/** The process-wide root logger: JSON lines, RFC 3339 times, secrets cut out. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: PinoOptions = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[cut]' },
  };
  return pino(settings, options.stream ?? destination({ dest: 1, sync: false }));
}
