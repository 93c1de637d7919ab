import type { CarrierRecord } from '../../bus/index.ts';
import type { LegTarget, RouteOption } from '../call-context.ts';
import { applyDialPlan } from '../numbers/dial-plan.ts';
import { escapeUser, uriHost } from '../sip-uri.ts';
import type { GatewayHealth } from './gateway-health.ts';
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

  /** Enabled carriers for an E.164 number: longest prefix first, then the lower cost, then the older one. */
  find(carriers: readonly CarrierRecord[], number: string): readonly CarrierRecord[] {
    if (this.#source !== carriers) {
      this.#byPrefix = indexPrefixes(carriers);
      this.#source = carriers;
    }
    const digits = number.replace(/^\+/, '');
    const found: CarrierRecord[] = [];
    for (let length = digits.length; length >= 0; length--) {
      for (const { carrier } of this.#byPrefix.get(digits.slice(0, length)) ?? []) {
        if (!found.includes(carrier)) found.push(carrier);
      }
    }
    return found;
  }
}

/** A carrier's gateways in the order they are tried; those that did not respond of late come last. */
export function carrierOption(
  carrier: CarrierRecord,
  number: string,
  random: () => number,
  health: Pick<GatewayHealth, 'isOpen'>,
): RouteOption {
  const sent = applyDialPlan(carrier.routing?.gatewayPlan, number);
  const legs = orderWeighted(carrier.gateways, random).map((gateway): LegTarget => {
    return {
      kind: 'gateway',
      uri: `sip:${escapeUser(sent)}@${gatewayUri(gateway)}`,
      proxy: `sip:${hostPort(gateway)};transport=${gateway.transport}`,
      label: labelOf(carrier, gateway),
      remoteAddress: gateway.host,
    };
  });
  const isDown = (leg: LegTarget) => health.isOpen(leg.label);
  return { trunk: undefined, carrier, legs: [...legs.filter((leg) => !isDown(leg)), ...legs.filter(isDown)] };
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
