import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** One service of the suite's compose file. */
export interface Service {
  readonly name: string;
  readonly address: string;
  /** The host port that leads to the control port, for servers; 0 otherwise. */
  readonly appPort: number;
  /** The scenario of a sipp service, a file name; empty for servers. */
  readonly scenario: string;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
}

interface ComposeService {
  readonly image: string;
  readonly command: string;
  readonly container_name: string;
  readonly ports?: readonly string[];
  readonly networks: { readonly testbed: { readonly ipv4_address: string } };
}

/** Reads what the suite wants to be running. */
export function readTestbed(composeFile: string): readonly Service[] {
  const { services } = parse(readFileSync(composeFile, 'utf8')) as ComposeFile;
  return Object.values(services).map((service) => ({
    name: service.container_name,
    address: service.networks.testbed.ipv4_address,
    appPort: Number.parseInt(service.ports?.[0] ?? '0', 10),
    scenario: service.command.startsWith('sipp ') ? (service.command.split('/').at(-1) ?? '') : '',
  }));
}
