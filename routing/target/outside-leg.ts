import { closedAddressIn, hostsOf } from '../../config/index.ts';
import type { CallContext, LegTarget } from '../call-context.ts';
import { parseTarget } from '../sip-uri.ts';

type Judging = Pick<CallContext, 'callTargets' | 'directory'>;

/** A leg to a SIP URI that a tenant wrote, or why no call is sent there. */
export function uriLeg(context: Judging, uri: string): LegTarget | string {
  return forbiddenTarget(context, uri) ?? { kind: 'uri', uri, proxy: undefined, label: uri, remoteAddress: '' };
}

/**
 * Why a tenant's words do not lead there: into the operator's own network, or to a carrier, which would take the call
 * for the platform's own and at its cost. A name is judged by the engine, once it has an address.
 */
export function forbiddenTarget({ callTargets, directory }: Judging, target: string): string | undefined {
  const closed = closedAddressIn(target, callTargets);
  if (closed !== undefined) return `${closed} is not a public address.`;
  const { port = DEFAULT_PORT } = parseTarget(target.replace(/^sips?:(?:[^@]*@)?/i, ''));
  const carrier = hostsOf(target).some((host) => isCarrier(directory, host, port));
  return carrier ? 'A carrier is reached by dialling, not by its address.' : undefined;
}

const DEFAULT_PORT = 5060;

/** Whether a gateway, or a source of calls that is no program of this machine, is at that place. */
export function isCarrier(directory: Places, host: string, port: number): boolean {
  const isHere = host.startsWith('127.') || host === '::1';
  if (!isHere && directory.findCarrierBySource(host) !== undefined) return true;
  return directory
    .carriers()
    .some(({ gateways }) =>
      gateways.some((gateway) => gateway.host.toLowerCase() === host && (!isHere || gateway.port === port)),
    );
}

type Places = Pick<CallContext['directory'], 'findCarrierBySource' | 'carriers'>;
