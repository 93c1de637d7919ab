import type { TrunkRecord } from '../bus/index.ts';

export type RuriMode = 'contact' | 'did';

/** What is special about calls to one make of PBX. */
export interface PbxProfile {
  readonly key: string;
  /** How its User-Agent starts, in lower case; none where only the trunk can say so. */
  readonly userAgents: readonly string[];
  readonly ruriMode: RuriMode;
}

/**
 * The profiles, as data. `contact` returns the registered Contact byte for byte, which 3CX (`rinstance`),
 * FreeSWITCH (`gw+name`) and phones need to find the trunk; Asterisk finds it by the `line` parameter and
 * wants the called number in the Request-URI (interface.md, Bindings).
 */
const PBX_PROFILES: readonly PbxProfile[] = [
  { key: '3cx', userAgents: ['3cxphonesystem', '3cx'], ruriMode: 'contact' },
  { key: 'freepbx', userAgents: ['fpbx-'], ruriMode: 'did' },
  { key: 'asterisk', userAgents: ['asterisk pbx'], ruriMode: 'did' },
  { key: 'fusionpbx', userAgents: ['freeswitch', 'fusionpbx'], ruriMode: 'contact' },
  { key: 'yeastar', userAgents: ['yeastar'], ruriMode: 'contact' },
  { key: 'grandstream', userAgents: ['grandstream'], ruriMode: 'contact' },
  { key: 'teams-sbc', userAgents: [], ruriMode: 'did' },
];

/** By the trunk's own profile, else by the User-Agent of the registration. */
function findProfile(profile: string | null, userAgent: string): PbxProfile | undefined {
  if (profile !== null) return PBX_PROFILES.find((known) => known.key === profile.toLowerCase());
  const agent = userAgent.toLowerCase();
  return PBX_PROFILES.find((known) => known.userAgents.some((prefix) => agent.startsWith(prefix)));
}

/** The trunk's `ruri_mode`, else its profile's, else `contact`. */
export function ruriModeOf(trunk: TrunkRecord, userAgent: string): RuriMode {
  return trunk.ruriMode ?? findProfile(trunk.profile, userAgent)?.ruriMode ?? 'contact';
}
