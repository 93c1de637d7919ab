import { COLON, SPACE, TAB } from './chars.ts';
import { NameTable } from './name-table.ts';

/**
 * Header names that have a spelling of their own, in the order in which they are written (drachtio's
 * order: what routes the message first, then the rest, the body's headers last). A name's place in
 * this list plus one is its id; id 0 is "unknown".
 */
const RANKED = [
  'Via',
  'Route',
  'Record-Route',
  'Max-Forwards',
  'Proxy-Require',
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Contact',
  'RSeq',
  'RAck',
  'Request-Disposition',
  'Accept-Contact',
  'Reject-Contact',
  'Expires',
  'Date',
  'Retry-After',
  'Timestamp',
  'Min-Expires',
  'Subject',
  'Priority',
  'Call-Info',
  'Organization',
  'Server',
  'User-Agent',
  'In-Reply-To',
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Supported',
  'Allow',
  'Require',
  'Unsupported',
  'Event',
  'Allow-Events',
  'Subscription-State',
  'Proxy-Authenticate',
  'Proxy-Authentication-Info',
  'Proxy-Authorization',
  'Authorization',
  'WWW-Authenticate',
  'Authentication-Info',
  'Error-Info',
  'Warning',
  'Refer-To',
  'Referred-By',
  'Replaces',
  'Join',
  'Session-Expires',
  'Min-SE',
  'Path',
  'Service-Route',
  'Reason',
  'Security-Client',
  'Security-Server',
  'Security-Verify',
  'Privacy',
  'SIP-ETag',
  'SIP-If-Match',
  'Alert-Info',
  'Reply-To',
  'MIME-Version',
  'Content-Type',
  'Content-Encoding',
  'Content-Language',
  'Content-Disposition',
  'Content-Length',
] as const;

/** Names whose usual spelling is not simply "capitals after each hyphen"; they rank as unknown ones. */
const SPELLED = [
  'Remote-Party-ID',
  'P-Charging-Vector',
  'Flow-Timer',
  'Identity',
  'Identity-Info',
  'P-Asserted-Identity',
];

/** Unknown names that applications write on every call: their forms are made once, for this spelling alone. */
const USUAL = ['P-Called-Party-ID', 'X-Correlation-ID'];

/** RFC 3261 7.3.3 and the IANA registry. */
const COMPACT: readonly (readonly [string, string])[] = [
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
];

const ALL: readonly string[] = [...RANKED, ...SPELLED];
const LOWER: readonly string[] = ['', ...ALL.map((name) => name.toLowerCase())];
const ID_BY_NAME: ReadonlyMap<string, number> = new Map([
  ...LOWER.map((name, id): [string, number] => [name, id]).slice(1),
  ...COMPACT.map(([letter, name]): [string, number] => [letter, LOWER.indexOf(name)]),
]);

/** Names and compact forms by their first two characters, see `groupOf`. */
const GROUPS: readonly (readonly Known[])[] = group();

const UNKNOWN_RANK = RANKED.length + 1;
const FORMS_BY_ID: readonly (NameForms | undefined)[] = LOWER.map((name, id) =>
  id === 0 ? undefined : knownForms(name, id),
);
/** By the spelling on the wire, the lower-case one and the compact one; of unknown names those that are usual. */
const FORMS: NameTable<NameForms> = new NameTable(formsByName());

/** A header name or compact form that the parser knows. */
export interface Known {
  readonly id: number;
  /** Lower-case character codes of this form. */
  readonly codes: Uint8Array;
}

export type RankedName = Lowercase<(typeof RANKED)[number]>;

/** Id of a known lower-case name; for the constants of the parser. */
export function knownId(name: RankedName): number {
  return ID_BY_NAME.get(name) ?? 0;
}

/**
 * The header name at `start`, in any spelling or its compact form, when a colon or white space comes
 * behind it; `undefined` when it is unknown.
 */
export function findKnown(bytes: Uint8Array, start: number): Known | undefined {
  const letter = bytes[start] ?? 0;
  const candidates = letter > 0x40 && letter < 0x7b ? GROUPS[groupOf(letter, bytes[start + 1] ?? 0)] : undefined;
  if (candidates === undefined) return undefined;
  for (let i = 0; i < candidates.length; i++) {
    const known = candidates[i];
    if (known !== undefined && isAt(bytes, start, known.codes)) return known;
  }
  return undefined;
}

function isAt(bytes: Uint8Array, start: number, codes: Uint8Array): boolean {
  const { length } = codes;
  for (let i = 1; i < length; i++) {
    const code = bytes[start + i] ?? 0;
    // Names hold letters and hyphens; what is below the hyphen must not pass for one (CR would).
    if ((code | 0x20) !== codes[i] || code < 0x2d) return false;
  }
  const next = bytes[start + length];
  return next === COLON || next === SPACE || next === TAB;
}

/** What is known of a name in any spelling or its compact form. */
function find(name: string): NameForms | undefined {
  return FORMS.get(name) ?? FORMS.get(name.toLowerCase());
}

/** Canonical lower-case long form: `V` and `Via` give `via`. */
export function lowerName(name: string): string {
  return find(name)?.lower ?? name.toLowerCase();
}

/** The name in lower case, a compact form as it is; of known names nothing is made. */
export function lowerAsSpelled(name: string): string {
  return (name.length > 1 ? FORMS.get(name)?.lower : undefined) ?? name.toLowerCase();
}

/** Id by any spelling, compact forms included; 0 when unknown. */
export function idOfName(name: string): number {
  return find(name)?.id ?? 0;
}

/** True at the ids of these names, for lists in which each header of a message is looked for. */
export function idTable(names: readonly string[]): readonly boolean[] {
  const ids = names.map(idOfName);
  return LOWER.map((_, id) => ids.includes(id));
}

/** Lower-case long form of an id, `''` for 0. */
export function nameOfId(id: number): string {
  return LOWER[id] ?? '';
}

/** The spelling on the wire: `www-authenticate` gives `WWW-Authenticate`; `X-` names stay as given. */
export function canonicalName(name: string): string {
  return find(name)?.spelled ?? capitals(name);
}

function capitals(name: string): string {
  if (name.startsWith('X-') || name.startsWith('x-')) return name;
  return name.replace(/(^|-)([a-z])/g, (_, hyphen: string, letter: string) => hyphen + letter.toUpperCase());
}

/** How lines of one name are written and found: one object for all spellings of a known one. */
export interface NameForms {
  /** 0 of unknown names. */
  readonly id: number;
  /** Canonical lower-case long name. */
  readonly lower: string;
  readonly spelled: string;
  /** What stands between the line before and the value. */
  readonly mark: string;
  /** The same of a name that others share, as it is written time and again. */
  readonly markBytes: Uint8Array | undefined;
  /** Place in the order of writing. */
  readonly rank: number;
}

/** The forms of a known name, by its id; `undefined` for 0. */
export function formsOfId(id: number): NameForms | undefined {
  return FORMS_BY_ID[id];
}

/** All forms of a name at once: known ones are looked up. */
export function formsOf(name: string): NameForms {
  return find(name) ?? unknownForms(name, capitals(name));
}

/** The forms of an unknown name that is written as it came. */
export function formsAsSpelled(spelled: string): NameForms {
  return FORMS.get(spelled) ?? unknownForms(spelled, spelled);
}

function unknownForms(name: string, spelled: string): NameForms {
  const mark = `\r\n${spelled}: `;
  return { id: 0, lower: name.toLowerCase(), spelled, mark, markBytes: undefined, rank: UNKNOWN_RANK };
}

/** Place in the order of writing; unknown names after all ranked ones, P-Asserted-Identity last. */
export function headerRank(name: string): number {
  return find(name)?.rank ?? UNKNOWN_RANK;
}

function knownForms(lower: string, id: number): NameForms {
  const spelled = ALL[id - 1] ?? lower;
  const unranked = lower === 'p-asserted-identity' ? UNKNOWN_RANK + 1 : UNKNOWN_RANK;
  const mark = `\r\n${spelled}: `;
  return { id, lower, spelled, mark, markBytes: bytesOf(mark), rank: id <= RANKED.length ? id : unranked };
}

function* formsByName(): Iterable<readonly [name: string, forms: NameForms]> {
  for (const [name, id] of ID_BY_NAME) {
    const forms = FORMS_BY_ID[id];
    if (forms !== undefined) yield* [[name, forms] as const, [forms.spelled, forms] as const];
  }
  for (const name of USUAL) {
    const forms = unknownForms(name, name);
    yield [name, { ...forms, markBytes: bytesOf(forms.mark) }];
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** The same for both cases of a letter; one-letter names have their colon or white space as second character. */
function groupOf(first: number, second: number): number {
  return ((first & 31) << 5) | (second & 31);
}

function group(): Known[][] {
  const groups: Known[][] = Array.from({ length: 1024 }, () => []);
  for (const [name, id] of ID_BY_NAME) {
    const known = { id, codes: bytesOf(name) };
    const seconds = name.length > 1 ? [name.charCodeAt(1)] : [COLON, SPACE, TAB];
    for (const second of seconds) groups[groupOf(name.charCodeAt(0), second)]?.push(known);
  }
  return groups;
}
