import { join } from 'node:path';
import { type Config, ConfigError, loadConfig } from '../../config/index.ts';
import { type Channel, listAll } from '../channel/channel.ts';
import { CONTROL_SOCKET } from '../channel/places.ts';
import { connectSocketChannel } from '../channel/socket-channel.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkCertificateGaps } from './check-certificate-gaps.ts';
import { checkDataDir } from './check-data-dir.ts';
import { checkDomain } from './check-domain.ts';
import { checkPorts } from './check-ports.ts';

export interface Finding {
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'fault';
  readonly text: string;
  readonly remedy?: string;
}

/** Every check, in the order of their consequences; each says what it saw and what to do. */
export async function runDoctor(env: Readonly<Record<string, string | undefined>>): Promise<readonly Finding[]> {
  const loaded = readConfig(env);
  if ('findings' in loaded) return loaded.findings;
  const { config } = loaded;
  const channel = await connectSocketChannel(join(config.dataDir, CONTROL_SOCKET));
  const server = await checkServer(channel);
  const running = server.level === 'ok' ? channel : undefined;
  // The ports of a running server are in use by itself.
  const ports = running === undefined ? await checkPorts(config) : [];
  const findings = [
    ...loaded.warnings,
    checkNode(),
    checkClock(),
    ...checkDataDir(config),
    server,
    ...ports,
    ...checkCertificate(config),
    ...(running === undefined ? [] : await checkCertificateGaps(config, () => domainsOf(running))),
  ];
  return [...findings, await checkDomain(config)];
}

type Loaded =
  | { readonly config: Config; readonly warnings: readonly Finding[] }
  | { readonly findings: readonly Finding[] };

function readConfig(env: Readonly<Record<string, string | undefined>>): Loaded {
  try {
    const { config, unknownVariables } = loadConfig(env);
    const check = 'configuration';
    if (unknownVariables.length === 0) return { config, warnings: [{ check, level: 'ok', text: 'is valid' }] };
    const text = `unknown variables: ${unknownVariables.join(', ')}`;
    return { config, warnings: [{ check, level: 'warning', text, remedy: 'Correct or remove them.' }] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { findings: [{ check: 'configuration', level: 'fault', text: error.message }] };
  }
}

/** A server that runs is asked: to open the database itself might bring it up to date, and a look must change nothing. */
async function domainsOf(server: Channel): Promise<readonly string[]> {
  const domains = await listAll<{ readonly domain: string }>(server, '/sip-domains');
  return domains.map(({ domain }) => domain);
}

async function checkServer(channel: Channel | undefined): Promise<Finding> {
  const check = 'server';
  if (channel === undefined) return { check, level: 'ok', text: 'is not running' };
  const { status } = await channel.request('GET', '/healthz');
  if (status === 200) return { check, level: 'ok', text: 'is running and SIP listens' };
  return { check, level: 'warning', text: 'is running, but SIP does not listen yet', remedy: 'Wait, or read its log.' };
}

function checkNode(): Finding {
  return { check: 'node', level: 'ok', text: process.version };
}

/** Before this nothing of the product existed: such a clock was never set. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

function checkClock(): Finding {
  const text = new Date().toISOString();
  if (Date.now() > EARLIEST_MS) return { check: 'clock', level: 'ok', text };
  return { check: 'clock', level: 'fault', text: `${text} is in the past`, remedy: 'Set the clock, or start NTP.' };
}
