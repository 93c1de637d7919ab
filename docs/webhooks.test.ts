import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EVENT_NAMES } from '../tenancy/index.ts';

const PAGE = readFileSync(join(import.meta.dirname, 'webhooks.md'), 'utf8');
const SECRET = 'whsec_0123456789abcdef0123456789abcdef';
const BODY = '{"event":"number.activated","data":{"city":"K\u00f8benhavn \u2615"}}';

/** By openssl, which knows nothing of how we sign. */
const SIGNATURE = execFileSync('openssl', ['dgst', '-sha256', '-hmac', SECRET, '-r'], { input: BODY })
  .toString()
  .slice(0, 64);

function example(kind: string): string {
  const [, text] = new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(PAGE) ?? [];
  if (text === undefined) throw new Error(`docs/webhooks.md has no example in ${kind}`);
  return text;
}

/** Each asks its example whether the request is genuine and says yes or no. */
const PROGRAMS = {
  js: `import { readFileSync } from 'node:fs';
    const headers = Object.fromEntries(Object.entries(JSON.parse(process.env.HEADERS)).map(([n, v]) => [n.toLowerCase(), v]));
    console.log(isFromDidfarm(readFileSync('body'), headers, process.env.SECRET) ? 'yes' : 'no');`,
  python: `
import json, os
print("yes" if is_from_didfarm(open("body", "rb").read(), json.loads(os.environ["HEADERS"]), os.environ["SECRET"]) else "no")`,
  php: `
$server = [];
foreach (json_decode(getenv('HEADERS'), true) as $name => $value) {
    $server['HTTP_' . strtoupper(str_replace('-', '_', $name))] = $value;
}
echo is_from_didfarm(file_get_contents('body'), $server, getenv('SECRET')) ? 'yes' : 'no';`,
} as const;

const COMMANDS = {
  js: { file: 'verify.mjs', command: process.execPath },
  python: { file: 'verify.py', command: 'python3' },
  php: { file: 'verify.php', command: 'php' },
} as const;

for (const kind of ['js', 'python', 'php'] as const) {
  t.test(`the example in ${kind} takes what is genuine, by either header, and nothing else`, async (t) => {
    const dir = t.testdir({ body: BODY });
    const { file, command } = COMMANDS[kind];
    writeFileSync(join(dir, file), example(kind) + PROGRAMS[kind]);
    const ask = (headers: Readonly<Record<string, string>>) => {
      const env = { ...process.env, SECRET, HEADERS: JSON.stringify(headers) };
      const { stdout, stderr } = spawnSync(command, [file], { cwd: dir, env, encoding: 'utf8' });
      return stdout.trim() || stderr;
    };
    const forged = SIGNATURE.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    t.equal(ask({ 'X-DIDfarm-Signature': SIGNATURE }), 'yes');
    t.equal(ask({ 'X-DIDfarm-Signature': forged, 'X-DIDfarm-Signature-Next': SIGNATURE }), 'yes');
    t.equal(ask({ 'X-DIDfarm-Signature': forged }), 'no');
    t.equal(ask({ 'X-DIDfarm-Signature': SIGNATURE.slice(0, 10) }), 'no');
    t.equal(ask({}), 'no');
    writeFileSync(join(dir, 'body'), BODY.replace('activated', 'suspended'));
    t.equal(ask({ 'X-DIDfarm-Signature': SIGNATURE }), 'no');
  });
}

t.test('the example in shell takes what is genuine, and nothing else', async (t) => {
  const cwd = t.testdir({ body: BODY });
  const ask = (signature: string) => {
    const env = { ...process.env, SECRET, SIGNATURE: signature };
    return spawnSync('sh', ['-c', example('sh verify')], { cwd, env, encoding: 'utf8' }).stdout.trim();
  };
  t.equal(ask(SIGNATURE), 'genuine');
  t.equal(ask(SIGNATURE.replace(/^./, 'x')), '');
});

t.test('the page names every event', async (t) => {
  const table = PAGE.slice(0, PAGE.indexOf('## What is sent'));
  for (const event of EVENT_NAMES) t.ok(table.includes(`\`${event}\``), event);
});
