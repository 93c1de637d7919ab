import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import { type CallTestReport, type CaseReport, summarize } from '../../routing/index.ts';
import { type CallTestFile, runTests } from '../call-test-files.ts';
import type { Channel } from '../channel/channel.ts';
import { CliError } from '../cli-error.ts';
import type { Peer } from '../demo/endpoint.ts';
import { readCredentials } from './credentials.ts';
import { runLiveCase } from './live-case.ts';
import { LiveStage } from './live-stage.ts';

export interface LiveOptions {
  /** `host:port` of the server's SIP over UDP. @default as configured */
  readonly server?: string | undefined;
  /** Address that PBXes register from. @default 127.0.0.1 */
  readonly local?: string | undefined;
  /** File with the passwords of trunks. @default demo.json, where there is one */
  readonly credentials?: string | undefined;
  /** Takes the calls of trunks whose PBX is registered. @default those are left alone */
  readonly force?: boolean | undefined;
}

/** The same cases against the running server: callers and callees of our own, over real SIP. */
export async function runLiveTests(
  channel: Channel,
  tests: CallTestFile,
  env: Readonly<Record<string, string | undefined>>,
  options: LiveOptions,
): Promise<CallTestReport> {
  if (channel.kind !== 'server') throw new CliError('--live needs a running server: start didfarm serve');
  const { config } = loadConfig(env);
  const demo = join(config.dataDir, 'demo.json');
  const file = options.credentials ?? (existsSync(demo) ? demo : undefined);
  const simulated = await runTests(channel, tests, undefined);
  const stage = await LiveStage.open(channel, {
    server: serverOf(options.server, config.sip),
    local: options.local ?? '127.0.0.1',
    credentials: file === undefined ? new Map() : readCredentials(file),
    platformRealm: config.domain,
    force: options.force === true,
  });
  try {
    const cases: CaseReport[] = [];
    for (const [index, test] of tests.parsed.tests.entries()) {
      const found = simulated.cases[index];
      if (found !== undefined) cases.push(await runLiveCase(channel, stage, { test, simulated: found }));
    }
    return summarize(cases);
  } finally {
    await stage.close();
  }
}

function serverOf(text: string | undefined, sip: { readonly hosts: readonly string[]; readonly port: number }): Peer {
  const [host = '0.0.0.0'] = sip.hosts;
  const own = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text ?? `${own.includes(':') ? `[${own}]` : own}:${sip.port}`);
  const port = Number(found?.[3]);
  const address = found?.[1] ?? found?.[2];
  if (address === undefined || port === 0) throw new CliError('--server must say where SIP listens: 127.0.0.1:5060');
  return { address, port };
}
