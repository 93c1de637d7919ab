import ipaddr from 'ipaddr.js';
import type { AdminDeps } from './deps.ts';
import type { Principal } from './principal.ts';

interface Carrier {
  readonly id: number;
  readonly name: string;
  readonly sources: readonly string[];
  readonly gateways: readonly { readonly host: string; readonly port: number }[];
}

/** Takes out of an answer what is the operator's own: who its carriers are, and where. */
export interface CarrierHider {
  hide<T>(answer: T): T;
  /** What a carrier is called instead; `undefined`: it is shown as it is. */
  insteadOf(carrierId: number | null): string | undefined;
}

/** More carriers than anybody has. */
const ALL = { afterId: 0, offset: 0, limit: 10_000 };

/** The operator sees its carriers by name; everybody else is told `carrier 1`, always the same number for the same one. */
export async function carrierHider(deps: AdminDeps, principal: Principal): Promise<CarrierHider> {
  if (principal.kind === 'operator') return { hide: (answer) => answer, insteadOf: () => undefined };
  const { rows } = await deps.store.carriers.list(ALL, {});
  return hideCarriers(rows);
}

/** @param carriers in an order that stays */
export function hideCarriers(carriers: readonly Carrier[]): CarrierHider {
  const words = carriers.flatMap((carrier, index) => wordsOf(carrier, `carrier ${index + 1}`));
  const shown = new Map(words.map(({ text, instead }) => [text.toLowerCase(), instead]));
  const longest = words.map(({ text }) => text).sort((a, b) => b.length - a.length);
  const pattern =
    longest.length === 0
      ? undefined
      : new RegExp(`(?<![\\w.])(?:${longest.map(literally).join('|')})(?!\\w|\\.\\w)`, 'gi');
  const numbers = new Map(carriers.map(({ name }, index) => [name, `carrier ${index + 1}`]));
  const hidden = (text: string): string => {
    const source = text.includes(' ') ? undefined : carrierAt(carriers, text);
    if (source !== undefined) return source;
    return pattern === undefined ? text : text.replace(pattern, (found) => shown.get(found.toLowerCase()) ?? found);
  };
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return hidden(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, walk(inner)] as const);
    const place = value as { readonly kind?: unknown; readonly name?: unknown };
    const isCarrier = place.kind === 'carrier' && typeof place.name === 'string';
    return {
      ...Object.fromEntries(entries),
      ...(isCarrier && { name: numbers.get(String(place.name)) ?? place.name }),
    };
  };
  return {
    hide: <T>(answer: T) => walk(answer) as T,
    insteadOf(carrierId) {
      const at = carriers.findIndex(({ id }) => id === carrierId);
      return at < 0 ? 'a carrier' : `carrier ${at + 1}`;
    },
  };
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The ways in which routing writes of a carrier, its gateways and its sources. */
function wordsOf({ name, sources, gateways }: Carrier, instead: string) {
  const places = gateways.flatMap(({ host, port }) => {
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return [`carrier ${name} ${place}`, `${name} ${place}`, place, host];
  });
  const addresses = sources.filter((source) => !source.includes('/'));
  const texts = [...places, ...addresses, `carrier ${name}`].map((text) => ({ text, instead }));
  return [...texts, { text: `"${name}"`, instead: `"${instead}"` }];
}

/** The carrier whose calls come from exactly that address, with or without a port. */
function carrierAt(carriers: readonly Carrier[], place: string): string | undefined {
  const text = ipaddr.isValid(place) ? place : place.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  if (!ipaddr.isValid(text) || !/[.:]/.test(text)) return undefined;
  const address = ipaddr.process(text);
  const at = carriers.findIndex(({ sources }) =>
    sources.some((source) => {
      if (!source.includes('/')) return false;
      const [network, bits] = ipaddr.parseCIDR(source);
      return network.kind() === address.kind() && address.match(network, bits);
    }),
  );
  return at < 0 ? undefined : `carrier ${at + 1}`;
}
