import type { InboundRequest } from '../../auth/index.ts';
import type { CarrierRecord, TrunkRecord } from '../../bus/index.ts';
import { canonicalAddress } from '../../tenancy/index.ts';
import type { RoutingBindings, RoutingDirectory } from '../ports.ts';

/** A call that is only thought of. Without `trunk` and `source` it comes from the first carrier. */
export interface ImaginedCall {
  readonly from: string;
  readonly to: string;
  /** Source address. */
  readonly source?: string | undefined;
  /** Calling trunk, which is taken to have authenticated the way it does. */
  readonly trunk?: TrunkRecord | undefined;
  /** Calling carrier, where something else than the source address says so. */
  readonly carrier?: CarrierRecord | undefined;
  /** It sends credentials, whoever it is. @default what the trunk does */
  readonly byDigest?: boolean;
  /** The caller wants the number kept from the called side (RFC 3323). @default false */
  readonly isPrivate?: boolean;
}

export interface ImaginedWorld {
  readonly directory: RoutingDirectory;
  readonly bindings: RoutingBindings;
}

/** The INVITE that would arrive. */
export function imagineInvite(world: ImaginedWorld, call: ImaginedCall): InboundRequest {
  const { trunk, from, to } = call;
  const realm = trunk?.realm ?? world.directory.platformRealm;
  const byDigest = call.byDigest ?? (trunk !== undefined && trunk.authType !== 'ip');
  const uri = `sip:${encodeURIComponent(to)}@${realm}`;
  const headers: Readonly<Record<string, string>> = {
    from: `<sip:${encodeURIComponent(from)}@${realm}>;tag=explain`,
    to: `<${uri}>`,
    contact: '<sip:explain@localhost>',
    ...(byDigest ? { 'proxy-authorization': 'Digest' } : {}),
    ...(call.isPrivate === true ? { privacy: 'id' } : {}),
  };
  return {
    method: 'INVITE',
    uri,
    transport: 'udp',
    sourceAddress: call.source ?? sourceOf(world, trunk),
    sourcePort: 0,
    localAddress: '',
    localPort: 0,
    flowId: '',
    callId: 'explain',
    cseq: 1,
    branch: 'z9hG4bKexplain',
    header: (name) => headers[name],
    headerLines: (name) => (headers[name] === undefined ? [] : [headers[name]]),
  };
}

/** The first address that a source stands for: of a range its base. */
export function firstAddress(sources: readonly string[]): string | undefined {
  const base = sources[0]?.split('/', 1)[0];
  return base === undefined ? undefined : canonicalAddress(base)?.text;
}

function sourceOf({ directory, bindings }: ImaginedWorld, trunk: TrunkRecord | undefined): string {
  if (trunk !== undefined) {
    return bindings.bindingsOf(trunk.id)[0]?.sourceAddress ?? firstAddress(trunk.sources) ?? '';
  }
  for (const carrier of directory.carriers()) {
    const address = carrier.enabled ? firstAddress(carrier.sources) : undefined;
    if (address !== undefined) return address;
  }
  return '';
}
