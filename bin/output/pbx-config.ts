import type { Answer } from '../channel/api.ts';

/** A PBX configuration as the API answers it. */
export type PbxConfig = Answer<'GET /portal/sip-trunks/{id}/pbx-config'>;

/** For a person at the PBX: what to fill in, the files, what the router needs. */
export function renderPbxConfig(config: PbxConfig): string {
  const files = config.files.map(({ name, content }) => `--- ${name}\n${content}`);
  const nat = ['Router and firewall:', ...config.nat.map((line) => `* ${line}`)].join('\n');
  return `${[config.text, ...files, nat].join('\n')}\n`;
}
