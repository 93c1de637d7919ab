import type { Logger } from '../telemetry/index.ts';

/** What stops a start is told in one line, for a person. */
export function describeStartError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Errors of the store and of the configuration have a sentence of their own already.
  const speaksForItself = error.name === 'StoreError' || error.name === 'StoreLocked' || error.name === 'ConfigError';
  return speaksForItself ? error.message : (systemErrorOf(deepestCause(error)) ?? error.message);
}

/** Whether the error is one that the operator can mend, and not a fault of ours. */
function isExpected(error: unknown): boolean {
  return error instanceof Error && ('code' in error || error.name === 'StartError');
}

function deepestCause(error: Error): SystemError {
  return error.cause instanceof Error ? deepestCause(error.cause) : error;
}

/** A start that cannot go on, in the operator's words. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StartError';
  }
}

interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly path?: string;
}

function systemErrorOf(cause: SystemError): string | undefined {
  const place = [cause.address, cause.port].filter((part) => part !== undefined).join(':');
  switch (cause.code) {
    case 'EADDRINUSE':
      return `${place || 'a port'} is already in use: another server listens there; stop it, or choose another port`;
    case 'EADDRNOTAVAIL':
      return `${place || 'an address'} is not an address of this machine: correct the host to listen on`;
    case 'EACCES':
      return `${cause.path ?? (place || 'a port')} may not be used by this user (permission denied)`;
    case 'ECONNREFUSED':
      return `${place} does not answer: is it running?`;
    default:
      return undefined;
  }
}

/** Tells why in one line and ends with 1; a fault of ours goes to the log with its stack as well. */
export function failStart(error: unknown, logger?: Logger): never {
  if (!isExpected(error)) logger?.fatal({ err: error }, 'a fault of didfarm');
  logger?.flush();
  process.stderr.write(`didfarm: ${describeStartError(error)}\n`);
  process.exit(1);
}
