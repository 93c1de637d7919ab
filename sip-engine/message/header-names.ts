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

const TABLE_SIZE = 1024;
const TABLE_MASK = TABLE_SIZE - 1;
/** Open addressing: hash of a lower-case name or compact form to its place in `HASHED`, plus one. */
const HASHED: readonly string[] = [...ID_BY_NAME.keys()];
const HASHED_ID: readonly number[] = [...ID_BY_NAME.values()];
const LONGEST = Math.max(...HASHED.map((name) => name.length));
const SLOTS: Readonly<Uint8Array> = buildSlots();

export type RankedName = Lowercase<(typeof RANKED)[number]>;

/** Id of a known lower-case name; for the constants of the parser. */
export function knownId(name: RankedName): number {
  return ID_BY_NAME.get(name) ?? 0;
}

/** Id of the header name at `start..end`, in any spelling or its compact form; 0 when unknown. */
export function findId(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < 1 || length > LONGEST) return 0;
  for (let slot = slotOf(text, start, length); ; slot = (slot + 1) & TABLE_MASK) {
    const place = SLOTS[slot] ?? 0;
    if (place === 0) return 0;
    const name = HASHED[place - 1] ?? '';
    if (name.length === length && sameName(text, start, name)) return HASHED_ID[place - 1] ?? 0;
  }
}

/** Canonical lower-case long form: `V` and `Via` give `via`. */
export function lowerName(name: string): string {
  const id = ID_BY_NAME.get(name);
  if (id !== undefined) return LOWER[id] ?? name;
  const lower = name.toLowerCase();
  return LOWER[ID_BY_NAME.get(lower) ?? 0] || lower;
}

/** Id by any spelling, compact forms included; 0 when unknown. */
export function idOfName(name: string): number {
  return ID_BY_NAME.get(name) ?? ID_BY_NAME.get(name.toLowerCase()) ?? 0;
}

/** Lower-case long form of an id, `''` for 0. */
export function nameOfId(id: number): string {
  return LOWER[id] ?? '';
}

/** The spelling on the wire: `www-authenticate` gives `WWW-Authenticate`; `X-` names stay as given. */
export function canonicalName(name: string): string {
  const id = idOfName(name);
  if (id > 0) return ALL[id - 1] ?? name;
  if (name.startsWith('X-') || name.startsWith('x-')) return name;
  return name.replace(/(^|-)([a-z])/g, (_, hyphen: string, letter: string) => hyphen + letter.toUpperCase());
}

/** Place in the order of writing; unknown names after all ranked ones, P-Asserted-Identity last. */
export function headerRank(name: string): number {
  const id = idOfName(name);
  if (id > 0 && id <= RANKED.length) return id;
  return lowerName(name) === 'p-asserted-identity' ? RANKED.length + 2 : RANKED.length + 1;
}

/** Where the search for a name begins: its length, first, middle and last letter tell most names apart. */
function slotOf(text: string, start: number, length: number): number {
  const first = text.charCodeAt(start) | 0x20;
  const middle = text.charCodeAt(start + (length >> 1)) | 0x20;
  const last = text.charCodeAt(start + length - 1) | 0x20;
  return (length * 67 + first * 31 + middle * 11 + last * 5) & TABLE_MASK;
}

/** `name` holds lower-case letters and hyphens only; what is below the hyphen (CR is) must not pass for one. */
function sameName(text: string, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = text.charCodeAt(start + i);
    if ((code | 0x20) !== name.charCodeAt(i) || code < 0x2d) return false;
  }
  return true;
}

function buildSlots(): Uint8Array {
  const slots = new Uint8Array(TABLE_SIZE);
  HASHED.forEach((name, place) => {
    let slot = slotOf(name, 0, name.length);
    while (slots[slot] !== 0) slot = (slot + 1) & TABLE_MASK;
    slots[slot] = place + 1;
  });
  return slots;
}
