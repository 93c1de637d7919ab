import type { Expectation } from './test-schema.ts';

/** Where a call went, as a test names it. */
export interface ObservedPlace {
  readonly kind: 'trunk' | 'carrier' | 'uri';
  readonly name: string;
  /** Name of the trunk's account. */
  readonly account: string | null;
  readonly uuid: string | null;
  /** Where it was reached. */
  readonly targets: readonly string[];
}

/** What became of a call or REGISTER, whether it was simulated or placed. */
export interface Observation {
  readonly result: string;
  readonly reason: string;
  readonly status: number;
  readonly places: readonly ObservedPlace[];
  /** As the called side is shown it; `null` where nobody was called. */
  readonly caller_id: string | null;
  readonly called: string | null;
  readonly direction: string | null;
  readonly emergency: boolean;
}

export interface Mismatch {
  readonly field: string;
  readonly expected: string;
  readonly got: string;
}

type Place = NonNullable<Expectation['then']>[number];

const WORDS = ['result', 'reason', 'status', 'caller_id', 'called', 'direction', 'emergency'] as const;

/** Every field that a case expects and that came out otherwise. */
export function compare(expected: Expectation, got: Observation): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  const first = pick(expected);
  const [place, ...others] = got.places;
  if (first !== undefined && (place === undefined || !isPlace(first, place))) {
    mismatches.push({ field: fieldOf(first), expected: placeText(first), got: describePlace(place, got) });
  }
  if (expected.then !== undefined && !areSame(expected.then, others)) {
    mismatches.push({ field: 'then', expected: listText(expected.then.map(placeText)), got: placesText(others) });
  }
  for (const field of WORDS) {
    const [want, have] = [expected[field], got[field]];
    if (want !== undefined && want !== have) {
      mismatches.push({ field, expected: String(want), got: have === null ? 'nothing' : String(have) });
    }
  }
  return mismatches;
}

/** Where it went, or how it was refused, in a few words. */
function describePlace(place: ObservedPlace | undefined, got: Observation): string {
  if (place !== undefined) return `${place.kind} ${place.name}`;
  return got.status < 300 ? `${got.status} ${got.reason}` : `refused: ${got.status} ${got.reason}`;
}

/** A trunk is meant by its name, `account/name` or uuid. */
export function isNamed(text: string, { name, account, uuid }: Omit<ObservedPlace, 'kind' | 'targets'>): boolean {
  return text === name || text === uuid || (account !== null && text === `${account}/${name}`);
}

function pick({ rings, carrier, uri }: Expectation): Place | undefined {
  if (rings !== undefined) return { rings };
  if (carrier !== undefined) return { carrier };
  return uri === undefined ? undefined : { uri };
}

function isPlace({ rings, carrier, uri }: Place, place: ObservedPlace): boolean {
  if (rings !== undefined) return place.kind === 'trunk' && isNamed(rings, place);
  if (carrier !== undefined) return place.kind === 'carrier' && place.name === carrier;
  return place.kind === 'uri' && place.name === uri;
}

function areSame(expected: readonly Place[], got: readonly ObservedPlace[]): boolean {
  return expected.length === got.length && got.every((place, index) => isPlace(expected[index] ?? {}, place));
}

function fieldOf(place: Place): string {
  return Object.keys(place)[0] ?? '';
}

function placeText({ rings, carrier, uri }: Place): string {
  if (rings !== undefined) return `trunk ${rings}`;
  return carrier === undefined ? `uri ${uri}` : `carrier ${carrier}`;
}

function placesText(places: readonly ObservedPlace[]): string {
  return listText(places.map(({ kind, name }) => `${kind} ${name}`));
}

function listText(texts: readonly string[]): string {
  return texts.length === 0 ? 'nowhere' : texts.join(', then ');
}
