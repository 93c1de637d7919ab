import {
  type DestinationStream,
  destination,
  type Logger,
  type LoggerOptions as PinoOptions,
  pino,
  stdSerializers,
  stdTimeFunctions,
} from 'pino';
import { cutNestedSecrets, SECRET_SERIALIZERS } from './cut-secrets.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; standard output unless given. */
  readonly stream?: DestinationStream;
  /** Lines wait for others so long, and are written together (ms). @default each by itself */
  readonly gatherMs?: number;
}

/** The process-wide root logger: JSON lines, RFC 3339 times, secrets cut out. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: PinoOptions = {
    level: options.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: cutNestedSecrets },
    serializers: { ...SECRET_SERIALIZERS, err: stdSerializers.err },
  };
  return pino(settings, options.stream ?? standardOutput(options.gatherMs));
}

/** More than so many characters are written without waiting. */
const GATHERED_LENGTH = 4096;

function standardOutput(gatherMs: number | undefined): DestinationStream {
  const gather = gatherMs === undefined ? {} : { periodicFlush: gatherMs, minLength: GATHERED_LENGTH };
  return destination({ dest: 1, sync: false, ...gather });
}
