import { type Rejection, reasonEntry } from '../telemetry/index.ts';
import type { InviteView } from './invite-view.ts';
import type { RoutingDirectory } from './ports.ts';
import { passResponse, type SrfHeaders, type SrfResponse } from './srf-adapter.ts';

/**
 * A final refusal decided by us: the headers of the rejection, and `Warning: 399` with the reason that the
 * peer may know (interface.md, Answers; RFC 3261 20.43).
 */
export function refuseInvite(res: SrfResponse, rejection: Rejection, realm: string): void {
  const headers: Record<string, string> = collectLines(rejection.lines ?? []);
  const publicReason = reasonEntry(rejection.reason).publicReason;
  if (publicReason !== undefined) headers.Warning = `399 ${realm} "${publicReason}"`;
  sendFinal(res, rejection.status, headers);
}

/** Sends once; what comes too late, after a CANCEL for one, is nobody's fault. */
export function sendFinal(res: SrfResponse, status: number, headers: SrfHeaders): void {
  if (!res.finalResponseSent) passResponse(res, status, { headers });
}

/** The realm that the request named, as far as it is ours. */
export function realmOf(directory: RoutingDirectory, invite: InviteView): string {
  const named = [invite.requestUri?.host, invite.fromHost].find(
    (host) => host !== undefined && host !== '' && directory.findRealm(host) !== undefined,
  );
  return named ?? directory.platformRealm;
}

/** Lines of one name (two challenges) go out as lines of their own: srf writes a value as it is given. */
function collectLines(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}\r\n${name}: ${value}`;
  }
  return headers;
}
