import type { TrunkRecord } from '../bus/index.ts';

export type RuriMode = 'contact' | 'did';

/** What is special about calls to one make of PBX. */
export interface PbxProfile {
  readonly key: string;
  /** How its User-Agent starts, whatever the case; none where only the trunk can say so. */
  readonly userAgents: readonly string[];
  readonly ruriMode: RuriMode;
}

/**
 * The profiles, as data. `contact` returns the registered Contact byte for byte, which 3CX (`rinstance`),
 * FreeSWITCH (`gw+name`) and phones need to find the trunk; Asterisk finds it by the `line` parameter and
 * wants the called number in the Request-URI (interface.md, Bindings).
 */
const PBX_PROFILES: readonly PbxProfile[] = [
  { key: '3cx', userAgents: ['3CXPhoneSystem', '3CX'], ruriMode: 'contact' },
  { key: 'freepbx', userAgents: ['FPBX-'], ruriMode: 'did' },
  { key: 'asterisk', userAgents: ['Asterisk PBX'], ruriMode: 'did' },
  { key: 'fusionpbx', userAgents: ['FreeSWITCH', 'FusionPBX'], ruriMode: 'contact' },
  { key: 'yeastar', userAgents: ['Yeastar'], ruriMode: 'contact' },
  { key: 'grandstream', userAgents: ['Grandstream'], ruriMode: 'contact' },
  { key: 'teams-sbc', userAgents: [], ruriMode: 'did' },
];

/** By the trunk's own profile, else by the User-Agent of the registration. */
function findProfile(profile: string | null, userAgent: string): PbxProfile | undefined {
  if (profile !== null) return PBX_PROFILES.find((known) => known.key === profile.toLowerCase());
  const agent = userAgent.toLowerCase();
  return PBX_PROFILES.find((known) => known.userAgents.some((prefix) => agent.startsWith(prefix.toLowerCase())));
}

/** The trunk's `ruri_mode`, else its profile's, else `contact`. */
export function ruriModeOf(trunk: TrunkRecord, userAgent: string): RuriMode {
  return trunk.ruriMode ?? findProfile(trunk.profile, userAgent)?.ruriMode ?? 'contact';
}
