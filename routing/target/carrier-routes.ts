import type { CarrierRecord, CarrierRegistration } from '../../bus/index.ts';
import type { LegTarget, RouteOption } from '../call-context.ts';
import type { CallRate } from '../call-rates.ts';
import { nodeUri } from '../carrier/carrier-binding.ts';
import type { DigestLogin } from '../carrier/digest-client.ts';
import type { Node } from '../carrier/register-port.ts';
import { applyDialPlan } from '../numbers/dial-plan.ts';
import { escapeUser, parseTarget, uriHost } from '../sip-uri.ts';
import { orderWeighted } from './group-order.ts';

interface PrefixEntry {
  readonly carrier: CarrierRecord;
  readonly costMicros: number;
}

/**
 * Prefix -> carriers, built once per version of the carrier list: a call costs as many look-ups as the
 * number has digits, however many prefixes there are.
 */
export class CarrierRoutes {
  #source: readonly CarrierRecord[] | undefined;
  #byPrefix: ReadonlyMap<string, readonly PrefixEntry[]> = new Map();

  /**
   * Enabled carriers for an E.164 number: longest prefix first, then the lower cost, then the higher rank, then the
   * older one.
   */
  find(
    carriers: readonly CarrierRecord[],
    number: string,
    rank: (carrierId: number) => number = () => 0,
  ): readonly CarrierRecord[] {
    if (this.#source !== carriers) {
      this.#byPrefix = indexPrefixes(carriers);
      this.#source = carriers;
    }
    const digits = number.replace(/^\+/, '');
    const found: CarrierRecord[] = [];
    for (let length = digits.length; length >= 0; length--) {
      for (const { carrier } of ranked(this.#byPrefix.get(digits.slice(0, length)) ?? [], rank)) {
        if (!found.includes(carrier)) found.push(carrier);
      }
    }
    return found;
  }
}

/** What the order of a carrier's gateways depends on. */
export interface GatewayState {
  random(): number;
  /** Whether a gateway of that label did not respond of late. */
  isOpen(label: string): boolean;
  /** The node that holds our registration at the carrier. */
  readonly node?: Node | undefined;
}

/** A carrier's gateways in the order they are tried; those that did not respond of late come last. */
export function carrierOption(carrier: CarrierRecord, number: string, state: GatewayState): RouteOption {
  const { registration, gatewayPlan, callsPerSecondOut } = carrier.routing ?? {};
  const user = escapeUser(applyDialPlan(gatewayPlan, number));
  const login = registration && loginOf(registration);
  const registrar = registration && parseTarget(registration.registrar);
  const pinned = registration && state.node && pinnedLeg(carrier, registration, state.node, user);
  const legs = orderWeighted(carrier.gateways, state.random)
    // P26: calls go where the registration is, not where its name leads today.
    .filter((gateway) => pinned === undefined || gateway.host !== registrar?.host)
    .map(
      (gateway): LegTarget => ({
        kind: 'gateway',
        uri: `sip:${user}@${gatewayUri(gateway)}`,
        proxy: `sip:${hostPort(gateway)};transport=${gateway.transport}`,
        label: labelOf(carrier, gateway),
        remoteAddress: gateway.host,
        ...(login && { login }),
      }),
    );
  const all = pinned === undefined ? legs : [pinned, ...legs];
  const isDown = (leg: LegTarget) => state.isOpen(leg.label);
  const rate = callsPerSecondOut === undefined ? {} : { rate: rateTo(carrier, callsPerSecondOut) };
  return { trunk: undefined, carrier, legs: [...all.filter((leg) => !isDown(leg)), ...all.filter(isDown)], ...rate };
}

function pinnedLeg(carrier: CarrierRecord, registration: CarrierRegistration, node: Node, user: string): LegTarget {
  const domain = registration.domain ?? parseTarget(registration.registrar).host;
  return {
    kind: 'gateway',
    uri: `sip:${user}@${uriHost(domain)}`,
    proxy: nodeUri(node),
    label: `${carrier.name} ${uriHost(node.address)}:${node.port}`,
    remoteAddress: node.address,
    login: loginOf(registration),
  };
}

function loginOf({ username, authUsername, password }: CarrierRegistration): DigestLogin {
  return { username: authUsername ?? username, password };
}

function rateTo(carrier: CarrierRecord, perSecond: number): CallRate {
  return { key: `calls to carrier ${carrier.id}`, perSecond };
}

function ranked(entries: readonly PrefixEntry[], rank: (carrierId: number) => number): readonly PrefixEntry[] {
  if (entries.length < 2) return entries;
  return entries.toSorted((a, b) => a.costMicros - b.costMicros || rank(b.carrier.id) - rank(a.carrier.id));
}

type Gateway = CarrierRecord['gateways'][number];

/** What follows `sip:` or `sip:user@` in a URI for that gateway. */
export function gatewayUri(gateway: Gateway): string {
  const transport = gateway.transport === 'udp' ? '' : `;transport=${gateway.transport}`;
  return `${hostPort(gateway)}${transport}`;
}

/** The name of a gateway in records, traces and its circuit. */
export function labelOf(carrier: CarrierRecord, gateway: Gateway): string {
  return `${carrier.name} ${hostPort(gateway)}`;
}

function hostPort(gateway: Gateway): string {
  return `${uriHost(gateway.host)}:${gateway.port}`;
}

function indexPrefixes(carriers: readonly CarrierRecord[]): ReadonlyMap<string, readonly PrefixEntry[]> {
  const index = new Map<string, PrefixEntry[]>();
  for (const carrier of carriers) {
    if (!carrier.enabled) continue;
    for (const { prefix, costMicros } of carrier.prefixes) {
      const key = prefix.replace(/^\+/, '');
      const entries = index.get(key) ?? [];
      entries.push({ carrier, costMicros });
      index.set(key, entries);
    }
  }
  for (const entries of index.values()) {
    entries.sort((a, b) => a.costMicros - b.costMicros || a.carrier.id - b.carrier.id);
  }
  return index;
}
