import type { ReasonEntry } from './results.ts';

/** How any request can end for reasons of our own. */
// biome-ignore format: one row a reason
export const SERVER_REASONS = {
  overload: { result: 'server_error', status: 503, publicReason: 'overload', sentence: 'The server has more to do than it can.', remedy: 'A PBX retries by itself; add capacity if it repeats.' },
  loading: { result: 'server_error', status: 503, publicReason: 'loading', sentence: 'The server is starting.', remedy: 'Nothing: a PBX retries by itself.' },
  draining: { result: 'server_error', status: 503, publicReason: 'draining', sentence: 'The server is shutting down.', remedy: 'Nothing: a PBX retries by itself.' },
  contact_shared: { result: 'client_error', status: 403, publicReason: 'contact_shared', sentence: 'Another trunk has the same Contact over a connection, which this SIP engine cannot tell apart.', remedy: 'Use UDP, give the PBX another contact user, or use the embedded engine.' },
  internal_error: { result: 'server_error', status: 500, publicReason: 'internal_error', sentence: 'A fault of the server.', remedy: 'Report it with the call id; the log has it.' },
} as const satisfies Record<string, ReasonEntry>;
