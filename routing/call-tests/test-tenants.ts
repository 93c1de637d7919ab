import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import { type RehearsedTenants, rehearseTenants, type Store } from '../../tenancy/index.ts';
import { type CallTestWorld, parseCallTests } from './index.ts';

const EXAMPLES = join(import.meta.dirname, '../../docs/examples/call-tests');

/** One of the files that the documentation shows. */
export const example = (name: string): string => readFileSync(join(EXAMPLES, name), 'utf8');

export const exampleTests = () => parseCallTests(example('tests.yaml'), 'tests.yaml');

/** What a tenant file would make of an empty store, or of what is there. */
export function rehearsed(store: Store, yaml: string): Promise<RehearsedTenants> {
  const options = { visible: null, actor: 'test', resolveSecret: () => undefined, algorithms: ['MD5'] as const };
  return rehearseTenants(store, yaml, 'tenants.yaml', options);
}

/** The candidate of that file as a world to be tested. */
export async function candidateWorld(store: Store, yaml: string): Promise<CallTestWorld> {
  const { calls, auth, registration } = loadConfig({ DIDFARM_TARGET_ALLOW: '127.0.0.0/8' }).config;
  const { candidate: directory } = await rehearsed(store, yaml);
  return { directory, calls, auth, registration, visible: null, nowMs: store.clock.nowMs };
}
