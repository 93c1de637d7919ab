import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../config/index.ts';
import type { Finding } from './run-doctor.ts';

const PATIENCE_MS = 3000;

/** The platform's SIP domain leads here, so that a PBX that is given only the domain finds us. */
export async function checkDomain(config: Config): Promise<Finding> {
  const check = 'domain';
  const remedy = `Point ${config.domain} at this machine, or give PBXes its address as the outbound proxy.`;
  const addresses = await resolveName(config.domain);
  if (addresses.length === 0) {
    return { check, level: 'warning', text: `${config.domain} does not resolve`, remedy };
  }
  const text = `${config.domain} is ${addresses.join(', ')}`;
  const ours = new Set([...ownAddresses(), config.sip.external]);
  if (addresses.some((address) => ours.has(address))) return { check, level: 'ok', text };
  return { check, level: 'warning', text: `${text}, which is not an address of this machine`, remedy };
}

async function resolveName(name: string): Promise<readonly string[]> {
  const timeout = new Promise<readonly string[]>((resolve) => setTimeout(resolve, PATIENCE_MS, []).unref());
  const looked = lookup(name, { all: true }).then(
    (found) => found.map((entry) => entry.address),
    () => [],
  );
  return Promise.race([looked, timeout]);
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address));
}
