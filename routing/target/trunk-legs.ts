import type { BindingRecord, TrunkRecord } from '../../bus/index.ts';
import type { CallContext, LegTarget, RouteOption } from '../call-context.ts';
import { ruriModeOf } from '../profiles.ts';
import { escapeUser, uriHost, withUser } from '../sip-uri.ts';
import { forbiddenTarget } from './outside-leg.ts';

/** What keeps a trunk from being called. */
export type Unreachable = 'offline' | 'suspended' | 'forbidden';

/** Where calls for a trunk go: its bindings, newest first, or the address of an IP trunk. */
export function trunkOption(context: CallContext, trunk: TrunkRecord, called: string): RouteOption | Unreachable {
  if (trunk.status === 'suspended' || trunk.status === 'deleted') return 'suspended';
  if (!context.directory.isActive(trunk.accountId)) return 'suspended';
  const bindings = context.bindings.bindingsOf(trunk.id);
  const legs = bindings.map((binding) => bindingLeg(trunk, binding, called));
  if (legs.length === 0 && trunk.ipTarget !== null && trunk.authType !== 'digest') {
    if (forbiddenTarget(context, trunk.ipTarget) !== undefined) return 'forbidden';
    legs.push(addressLeg(trunk.ipTarget, called));
  }
  return legs.length === 0 ? 'offline' : { trunk, carrier: undefined, legs };
}

/**
 * The registered Contact is the Request-URI (byte for byte, or with the number as its user), and the
 * binding's flow is the way there (interface.md, Bindings; P3, P9).
 */
function bindingLeg(trunk: TrunkRecord, binding: BindingRecord, called: string): LegTarget {
  const mode = ruriModeOf(trunk, binding.userAgent);
  const leg: LegTarget = {
    kind: 'binding',
    uri: mode === 'did' ? withUser(binding.contact, called) : binding.contact,
    proxy: flowRoute(binding),
    flowId: binding.flowId,
    label: binding.contact,
    remoteAddress: binding.sourceAddress,
  };
  return binding.path.length === 0 ? leg : { ...leg, routes: binding.path };
}

/** The binding's flow as a route: address and port it registered from, and the engine's name of the flow. */
export function flowRoute(flow: Pick<BindingRecord, 'sourceAddress' | 'sourcePort' | 'transport' | 'flowId'>): string {
  const route = `sip:${uriHost(flow.sourceAddress)}:${flow.sourcePort};transport=${flow.transport}`;
  return flow.flowId === '' ? route : `${route};flow=${encodeURIComponent(flow.flowId)}`;
}

/** `host[:port][;transport=]`, as a trunk's `ipTarget` is written. */
function addressLeg(target: string, called: string): LegTarget {
  const uri = `sip:${escapeUser(called)}@${target}`;
  return { kind: 'address', uri, proxy: undefined, label: target, remoteAddress: hostOf(target) };
}

function hostOf(target: string): string {
  return (
    /^(?:\[([^\]]+)\]|([^:;]+))/
      .exec(target)
      ?.slice(1)
      .find((part) => part !== undefined) ?? ''
  );
}
