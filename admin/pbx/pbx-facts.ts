/** The PBXes that a configuration is written for. */
export const PBX_KINDS = [
  '3cx',
  'freepbx',
  'asterisk',
  'fusionpbx',
  'teams',
  'yeastar',
  'grandstream',
  'generic',
] as const;

export type PbxKind = (typeof PBX_KINDS)[number];

/** Everything that a configuration of a PBX can say about a trunk. */
export interface PbxFacts {
  /** The trunk's name, for people. */
  readonly name: string;
  /** Letters, digits and dashes, for section and file names. */
  readonly label: string;
  readonly authType: 'digest' | 'ip' | 'digest+ip';
  /** Digest realm, host of From and To, and what DNS finds us by. */
  readonly realm: string;
  readonly username: string;
  /** Known only in the answer that made it; else `PASSWORD_PLACEHOLDER` stands for it. */
  readonly password: string;
  /** Where requests are sent when the realm's own DNS name does not lead to us; `null` when it does. */
  readonly proxy: HostPort | null;
  /** Port of the realm's name. */
  readonly port: number;
  /** SIP over TLS, where it is offered. */
  readonly tlsPort: number | null;
  /** Addresses that our calls come from; empty when only DNS knows. */
  readonly addresses: readonly string[];
  /** How long a registration is asked for (s). */
  readonly expiresSec: number;
  /** E.164 numbers and blocks that ring this trunk. */
  readonly dids: readonly string[];
  /** Calls that may be up at once; `null`: no ceiling of the trunk's own. */
  readonly maxCalls: number | null;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What stands where the password belongs, when nobody but the PBX's owner knows it. */
export const PASSWORD_PLACEHOLDER = 'REPLACE_WITH_THE_PASSWORD';

/** Codecs that every carrier takes, best first. */
export const CODECS: readonly string[] = ['alaw', 'ulaw'];

/** One file that the PBX can read. */
export interface PbxFile {
  readonly name: string;
  readonly content: string;
}

/** What is written for one kind of PBX. */
export interface PbxSheet {
  readonly title: string;
  /** To read and to copy from, at the PBX. */
  readonly text: string;
  readonly files: readonly PbxFile[];
}

/** Whether the PBX signs in with a password. */
export function hasPassword(facts: PbxFacts): boolean {
  return facts.authType !== 'ip';
}

/** Where the PBX sends its requests. */
export function serverOf(facts: PbxFacts): HostPort {
  return facts.proxy ?? { host: facts.realm, port: facts.port };
}

/** `host:port`, an IPv6 address in brackets. */
export function hostPort({ host, port }: HostPort): string {
  return `${bracketed(host)}:${port}`;
}

/** An IPv6 address in brackets, as a URI has it. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
