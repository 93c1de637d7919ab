import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EXPECTED_TESTS } from './expected.ts';
import { runFile } from './run-file.ts';
import { readTestbed, type Service } from './testbed.ts';

// Runs in private namespaces, started by namespaces.ts: makes the testbed, then the files one after the other, one
// JSON line on standard output for each. When this process ends, everything in the namespaces does.
const here = dirname(fileURLToPath(import.meta.url));
const suiteRoot = dirname(dirname(fileURLToPath(import.meta.resolve('drachtio-srf'))));
const runDir = process.argv[2] ?? '';
const services = readTestbed(join(suiteRoot, 'test/docker-compose-testbed.yaml'));

makeNetwork();
copyScenarios();
const children = services.map(start);
await Promise.all(services.map(listening));
const path = `${standIns()}:${process.env.PATH}`;
for (const file of Object.keys(EXPECTED_TESTS)) {
  const result = await runFile(file, suiteRoot, { ...process.env, PATH: path, SRF_SUITE_RUN: runDir });
  const ended = services.filter((service, i) => service.appPort > 0 && children[i]?.exitCode !== null);
  const failures = [...result.failures, ...ended.map(({ name }) => `the engine ${name} has ended`)];
  process.stdout.write(`${JSON.stringify({ ...result, failures })}\n`);
}
await stopEngines();
process.exit(0);

/** Every address of the testbed is a local one; names are in a hosts file of its own. */
function makeNetwork(): void {
  execFileSync('ip', ['link', 'set', 'lo', 'up', 'mtu', '1500']);
  execFileSync('ip', ['addr', 'add', '172.29.0.1/16', 'dev', 'lo']);
  const lines = services.map(({ address, name }) => `${address} ${name}\n`);
  writeFileSync(join(runDir, 'hosts'), `127.0.0.1 localhost\n${lines.join('')}`);
  writeFileSync(join(runDir, 'resolv.conf'), 'options timeout:1 attempts:1\n');
  for (const file of ['hosts', 'resolv.conf']) execFileSync('mount', ['--bind', join(runDir, file), `/etc/${file}`]);
}

/** sipp 3.6 takes a bare `<` in an attribute, which three scenarios have, for broken XML. */
function copyScenarios(): void {
  const scenarios = join(runDir, 'scenarios');
  cpSync(join(suiteRoot, 'test/scenarios'), scenarios, { recursive: true });
  for (const file of readdirSync(scenarios).filter((name) => name.endsWith('.xml'))) {
    const text = readFileSync(join(scenarios, file), 'utf8');
    writeFileSync(join(scenarios, file), text.replace(/(regexp="[^"<]*)</g, '$1&lt;'));
  }
}

function start({ name, address, appPort, scenario }: Service): ChildProcess {
  const log = openSync(join(runDir, `${name}.log`), 'w');
  const stdio: ['ignore', number, number] = ['ignore', log, log];
  if (appPort > 0) {
    const args = ['--sip', `${address}:5060`, '--app', `127.0.0.1:${appPort}`, '--secret', 'cymru'];
    return spawn(process.execPath, [join(here, 'engine.ts'), ...args], { stdio });
  }
  const own = ['-bind_local', '-i', address, '-mi', address, '-p', '5060', '-nostdin'];
  return spawn('sipp', ['-sf', join(runDir, 'scenarios', scenario), ...own], { stdio });
}

async function listening({ name, address }: Service): Promise<void> {
  const hex = Buffer.from(address.split('.').map(Number)).reverse().toString('hex').toUpperCase();
  for (let tries = 0; tries < 400; tries++) {
    if (readFileSync('/proc/net/udp', 'utf8').includes(` ${hex}:13C4 `)) return;
    await sleep(50);
  }
  throw new Error(`${name} does not listen: ${readFileSync(join(runDir, `${name}.log`), 'utf8').slice(-500)}`);
}

/** The suite starts its callers with `docker`. */
function standIns(): string {
  const script = `#!/bin/sh\nexec "${process.execPath}" "${join(here, 'docker-stand-in.ts')}" "$@"\n`;
  writeFileSync(join(runDir, 'docker'), script, { mode: 0o755 });
  return runDir;
}

/** They must end by SIGTERM, and well. */
async function stopEngines(): Promise<void> {
  for (const [i, { appPort, name }] of services.entries()) {
    const child = children[i];
    if (appPort === 0 || child === undefined || child.exitCode !== null) continue;
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    const [status] = await closed;
    const failures = status === 0 ? [] : [`ended with status ${status}`];
    process.stdout.write(`${JSON.stringify({ file: `SIGTERM to ${name}`, passed: 1, failures })}\n`);
  }
}
