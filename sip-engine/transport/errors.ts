import type { TransportError, TransportErrorCode } from './types.ts';

/** Why bytes could not be sent or a socket not be opened; `cause` is the system's error where there is one. */
export class TransportFault extends Error implements TransportError {
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TransportFault';
    this.code = code;
  }
}

const CODES: ReadonlyMap<string, TransportErrorCode> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'closed'],
  ['EPIPE', 'closed'],
  ['ERR_STREAM_DESTROYED', 'closed'],
  ['ERR_STREAM_WRITE_AFTER_END', 'closed'],
  ['ERR_SOCKET_DGRAM_NOT_RUNNING', 'closed'],
  ['ETIMEDOUT', 'timeout'],
  ['EMSGSIZE', 'too_large'],
  ['ENOBUFS', 'queue_full'],
]);

/** The transport's word for a system error; a code it does not know means the peer cannot be reached. */
function codeOfSystemError(error: unknown): TransportErrorCode {
  const code = systemCode(error);
  const known = CODES.get(code);
  if (known !== undefined) return known;
  return isTlsCode(code) ? 'tls' : 'unreachable';
}

/** Wraps any thrown value; a TransportFault passes unchanged. */
export function toTransportFault(error: unknown): TransportFault {
  if (error instanceof TransportFault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TransportFault(codeOfSystemError(error), message, error);
}

function systemCode(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/.test(code) || code.includes('SELF_SIGNED');
}
