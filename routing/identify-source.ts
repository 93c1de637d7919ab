import type { CarrierRecord, TrunkRecord } from '../bus/index.ts';
import { note, type Rejection } from '../telemetry/index.ts';
import type { CallContext } from './call-context.ts';
import { toE164 } from './numbers/e164.ts';

/**
 * Who is calling, in this order: a carrier by its address, an IP trunk by its address, else somebody who
 * has to prove it (interface.md, "What is challenged"). The choice never depends on whether the From user
 * exists, and an address alone never names a tenant while a digest PBX is registered from that very
 * address and port (P8).
 */
export function identifySource(context: CallContext): Rejection | undefined {
  const { sourceAddress, sourcePort } = context.invite.request;
  const carrier = carrierSource(context);
  if (carrier !== undefined) {
    context.source = { kind: 'carrier', carrier: carrier.carrier, isOurContact: carrier.isOurContact };
    note(context, 'identifySource', sourceAddress, `carrier ${carrier.carrier.name}, ${carrier.by}`);
    return undefined;
  }
  if (!hasCredentials(context) && context.bindings.findBindingBySource(sourceAddress, sourcePort) === undefined) {
    const rejection = identifyIpTrunk(context, sourceAddress);
    if (rejection !== undefined || context.source !== undefined) return rejection;
  }
  return requireChallenge(context);
}

interface CarrierSource {
  readonly carrier: CarrierRecord;
  readonly by: string;
  readonly isOurContact: boolean;
}

/** By its certificate (F-128), by our registration there (P26) when the call names our Contact, by its address. */
function carrierSource({ directory, invite, carrierNodes, peerNames }: CallContext): CarrierSource | undefined {
  const { sourceAddress } = invite.request;
  const certified = directory.findCarrierBySubject(peerNames);
  if (certified !== undefined) return { carrier: certified, by: 'by its certificate', isOurContact: false };
  const node = carrierNodes.carrierFrom(sourceAddress, invite.requestUri?.user ?? '');
  const registered = node === undefined ? undefined : directory.findCarrier(node.carrierId);
  const isOurContact = node?.isOurContact === true;
  const listed = isOurContact ? undefined : directory.findCarrierBySource(sourceAddress);
  if (listed !== undefined) return { carrier: listed, by: 'by its address', isOurContact: false };
  return registered?.enabled === true
    ? { carrier: registered, by: 'by our registration there', isOurContact }
    : undefined;
}

/** A certificate says more than an address: who shows one that a trunk lists is looked for among those alone. */
function identifyIpTrunk(context: CallContext, address: string): Rejection | undefined {
  const certified = context.directory.findTrunksBySubject(context.peerNames);
  const listed = certified.length > 0 ? certified : context.directory.findIpTrunks(address);
  const trunks = listed.filter((trunk) => trunk.authType === 'ip');
  if (trunks.length === 0) return undefined;
  const trunk = trunks.length === 1 ? trunks[0] : soleOwner(context, trunks);
  if (trunk === undefined) {
    const sentence = `The address ${address} belongs to ${trunks.length} IP trunks and the caller number to none of them.`;
    return { status: 403, reason: 'source_unknown', sentence };
  }
  context.source = { kind: 'trunk', trunk };
  note(context, 'identifySource', address, `IP trunk ${trunk.uuid}`);
  return allowedTrunk(context, trunk);
}

/** Of several trunks at one address, the one whose account owns the caller number, if it is just one. */
function soleOwner(context: CallContext, trunks: readonly TrunkRecord[]): TrunkRecord | undefined {
  const owners = trunks.filter((trunk) => {
    const country = trunk.country ?? context.directory.getAccount(trunk.accountId)?.country ?? null;
    const number = toE164(context.invite.assertedUser || context.invite.fromUser, country);
    const did = number === undefined ? undefined : context.directory.findDid(number);
    return did !== undefined && did.accountId === trunk.accountId;
  });
  return owners.length === 1 ? owners[0] : undefined;
}

/** A trunk identified without digest still has to be active, as have the accounts above it. */
export function allowedTrunk(context: CallContext, trunk: TrunkRecord): Rejection | undefined {
  if (trunk.status === 'suspended' || trunk.status === 'deleted') return { status: 403, reason: 'trunk_suspended' };
  if (!context.directory.isActive(trunk.accountId)) return { status: 403, reason: 'account_suspended' };
  return undefined;
}

function requireChallenge(context: CallContext): Rejection | undefined {
  const { request, requestUri } = context.invite;
  const why = whyChallenge(context);
  if (why === undefined) {
    const sentence = `${request.sourceAddress} is neither a carrier, an IP trunk nor a registered address, and ${requestUri?.host ?? 'the Request-URI'} is not a realm of ours.`;
    return { status: 403, reason: 'source_unknown', sentence };
  }
  note(context, 'identifySource', `${request.sourceAddress}: ${why}`, 'must authenticate');
  return undefined;
}

function whyChallenge(context: CallContext): string | undefined {
  const { request, requestUri, fromHost } = context.invite;
  if (hasCredentials(context)) return 'credentials sent';
  if (isOurs(context, requestUri?.host) || isOurs(context, fromHost)) return 'a realm of ours';
  if (context.bindings.hasBindingFrom(request.sourceAddress)) return 'a registered address';
  const isListed = context.directory.findIpTrunks(request.sourceAddress).length > 0;
  return isListed ? 'an address of a trunk that needs a password as well' : undefined;
}

function hasCredentials(context: CallContext): boolean {
  return context.invite.request.header('proxy-authorization') !== undefined;
}

function isOurs(context: CallContext, host: string | undefined): boolean {
  return host !== undefined && host !== '' && context.directory.findRealm(host) !== undefined;
}
