import type { ListenSpec } from './transport/index.ts';

/** A listen point could not be bound; names the address and the system's reason. */
export class EngineStartError extends Error {
  readonly code = 'engine_start';
  override readonly name = 'EngineStartError';

  constructor(spec: ListenSpec, cause: unknown) {
    const host = spec.host.includes(':') ? `[${spec.host}]` : spec.host;
    super(`cannot listen on ${spec.transport}/${host}:${spec.port}: ${reasonOf(cause)}`, { cause });
  }
}

/** The system's code (EADDRINUSE …) where there is one: it says more than wrapped texts do. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('E') ? error.code : error.message;
}
