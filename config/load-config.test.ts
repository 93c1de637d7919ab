import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FIELDS, type Field } from './fields.ts';
import { ConfigError, loadConfig } from './index.ts';

const EXAMPLE = join(import.meta.dirname, 'didfarm.example.yaml');

const faultsOf = (env: Record<string, string>) => {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => `${fault.path}: ${fault.message}`);
    throw error;
  }
  return [];
};

t.test('without file and variables the defaults hold, frozen', async (t) => {
  const { config } = loadConfig({});
  t.equal(config.sip.port, 5060);
  t.equal(config.domain, 'sip.didfarm.com');
  t.equal(config.engine.kind, 'embedded');
  t.throws(() => Object.assign(config.sip, { port: 1 }), TypeError);
});

t.test('the example file says exactly the defaults', async (t) => {
  t.strictSame(loadConfig({ DIDFARM_CONFIG: EXAMPLE }).config, loadConfig({}).config);
});

t.test('the example file names every setting and every variable', async (t) => {
  const text = readFileSync(EXAMPLE, 'utf8');
  for (const field of Object.values<Field>(FIELDS)) {
    t.match(text, new RegExp(`^\\s*(# )?${field.path.split('.').at(-1)}:`, 'm'), field.path);
    if (field.env !== undefined) t.match(text, field.env);
  }
});

t.test('the environment wins over the file', async (t) => {
  const dir = t.testdir({ 'c.yaml': 'sip:\n  port: 5070\ndomain: a.example\n' });
  const { config } = loadConfig({
    DIDFARM_CONFIG: join(dir, 'c.yaml'),
    DIDFARM_SIP_PORT: '5080',
    DIDFARM_SIP_HOST: '127.0.0.1, ::1',
  });
  t.equal(config.sip.port, 5080);
  t.equal(config.domain, 'a.example');
  t.strictSame(config.sip.hosts, ['127.0.0.1', '::1']);
});

t.test('several SIP threads need the embedded engine', async (t) => {
  t.strictSame(faultsOf({ DIDFARM_SIP_WORKERS: '2', SIP_ENGINE: 'drachtio' }), [
    'sip.workers: 2 needs the embedded engine, expected 1 with engine.kind drachtio',
  ]);
  t.match(faultsOf({ DIDFARM_SIP_WORKERS: '17' })[0], /expected a whole number from 1 to 16/);
  t.equal(loadConfig({}).config.sip.workers, 1);
});

t.test('every fault is listed at once, with place, value and what is allowed', async (t) => {
  const dir = t.testdir({ 'c.yaml': 'sip:\n  prot: 5070\n  t1_ms: 1\nhttp: 80\nlog:\n  level: loud\n' });
  const faults = faultsOf({
    DIDFARM_CONFIG: join(dir, 'c.yaml'),
    DIDFARM_HTTP_PORT: '99999',
    DIDFARM_TLS_CERT_FILE: 'x.pem',
  });
  t.strictSame(faults, [
    'sip.prot: is not a setting, did you mean "sip.port"?',
    'http: is a section, expected settings below it',
    'sip.t1_ms: 1 is not allowed, expected a whole number from 10 to 4000 (milliseconds)',
    'DIDFARM_HTTP_PORT: "99999" is not allowed, expected a whole number from 0 to 65535 (port)',
    'log.level: "loud" is not allowed, expected one of trace, debug, info, warn, error',
    'sip.tls_cert_file: and sip.tls_key_file go together, expected both or neither',
  ]);
});

t.test('who is to price calls needs an address', async (t) => {
  const dir = t.testdir({ 'c.yaml': 'billing_service:\n  rating: wait\n' });
  const faults = faultsOf({ DIDFARM_CONFIG: join(dir, 'c.yaml') });
  t.strictSame(faults, ['billing_service.rating: needs a service, expected billing_service.url']);
});

t.test('a file that is no YAML names the line', async (t) => {
  const dir = t.testdir({ 'c.yaml': 'sip:\n  port: [1\nhttp: {' });
  t.match(faultsOf({ DIDFARM_CONFIG: join(dir, 'c.yaml') })[0], /^line \d+: /);
});

t.test('a missing file is one line', async (t) => {
  t.match(faultsOf({ DIDFARM_CONFIG: '/nonexistent/x.yaml' })[0], 'cannot be read (ENOENT)');
});

t.test('unknown DIDFARM_ variables are reported, others are not', async (t) => {
  t.strictSame(loadConfig({ DIDFARM_SIP_PROT: '1', HOME: '/' }).unknownVariables, ['DIDFARM_SIP_PROT']);
});
