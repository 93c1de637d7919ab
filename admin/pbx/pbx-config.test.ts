import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openTestWorld, send } from '../test-world.ts';
import { PASSWORD_PLACEHOLDER, PBX_KINDS, type PbxFacts, renderPbxConfig } from './index.ts';
import { PJSIP_OPTIONS } from './pjsip-options.ts';

const FACTS: PbxFacts = {
  name: 'Acme Corp',
  label: 'didfarm-acme-corp-7',
  authType: 'digest',
  realm: 'sip.didfarm.com',
  username: 'acme_xk9f2',
  password: 's3cr;t"&<',
  proxy: { host: '192.0.2.10', port: 5070 },
  port: 5060,
  tlsPort: 5061,
  addresses: ['192.0.2.10'],
  expiresSec: 3600,
  dids: ['+31201234567', '+4930987654*'],
  maxCalls: 4,
};
const IP_FACTS: PbxFacts = { ...FACTS, authType: 'ip', proxy: null, addresses: ['2001:db8::10'], dids: [] };

/** Everything that is handed out, in one text. */
function allOf(facts: PbxFacts, kind: (typeof PBX_KINDS)[number]): string {
  const { text, files, nat } = renderPbxConfig(kind, facts);
  return [text, ...files.map(({ name, content }) => `--- ${name}\n${content}`), ...nat].join('\n');
}

for (const kind of PBX_KINDS) {
  t.test(`what is written for ${kind} is what was reviewed`, async (t) => {
    for (const [name, facts] of [
      ['digest', FACTS],
      ['ip', IP_FACTS],
    ] as const) {
      const file = join(import.meta.dirname, 'golden', `${kind}-${name}.txt`);
      const made = `${allOf(facts, kind)}\n`;
      if (process.env.UPDATE_GOLDEN === '1' && !process.env.CI) writeFileSync(file, made);
      t.ok(existsSync(file), file);
      t.equal(made, readFileSync(file, 'utf8'));
      t.notMatch(made, /undefined|null|NaN|\[object/);
    }
  });

  t.test(`a trunk that is known by its address gets no password for ${kind}`, async (t) => {
    const made = allOf(IP_FACTS, kind);
    t.notOk(made.includes(FACTS.password) || made.includes('s3cr'), made);
  });
}

interface Section {
  readonly name: string;
  readonly options: readonly (readonly [string, string])[];
}

/** pjsip.conf as Asterisk reads it: sections, `option=value`, comments from an unescaped semicolon on. */
function parsePjsip(text: string): readonly Section[] {
  const sections: { name: string; options: [string, string][] }[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.replace(/(?<!\\);.*$/, '').trim();
    if (line === '') continue;
    const head = /^\[([\w.-]{1,79})\]$/.exec(line);
    if (head?.[1] !== undefined) {
      sections.push({ name: head[1], options: [] });
      continue;
    }
    const option = /^([a-z_0-9]+)\s*=\s*(.+)$/.exec(line);
    if (option === null) throw new Error(`not a line of pjsip.conf: ${raw}`);
    sections.at(-1)?.options.push([option[1] ?? '', (option[2] ?? '').replace(/\\;/g, ';')]);
  }
  return sections;
}

for (const [what, facts] of [
  ['digest', FACTS],
  ['both digest and address', { ...FACTS, authType: 'digest+ip' as const, proxy: null }],
  ['address', IP_FACTS],
] as const) {
  t.test(`pjsip.conf of a trunk known by ${what} keeps the grammar of Asterisk`, async (t) => {
    const file = renderPbxConfig('asterisk', facts).files.find(({ name }) => name.startsWith('pjsip'));
    const sections = parsePjsip(file?.content ?? '');
    t.ok(sections.length >= 3);
    for (const { name, options } of sections) {
      const type = options[0]?.[0] === 'type' ? options[0][1] : '';
      const known = PJSIP_OPTIONS[type];
      t.ok(known, `[${name}] begins with a type that exists: ${type}`);
      for (const [option] of options) t.ok(known?.includes(option), `${type} has the option ${option}`);
      const single = options.filter(([option]) => option !== 'match').map(([option]) => option);
      t.equal(new Set(single).size, single.length, 'no option twice');
    }
    // References lead to sections of the right type.
    const find = (type: string, name: string) =>
      sections.some((section) => section.name === name && section.options.some(([o, v]) => o === 'type' && v === type));
    for (const [option, type] of [
      ['outbound_auth', 'auth'],
      ['aors', 'aor'],
      ['endpoint', 'endpoint'],
    ] as const) {
      for (const value of sections.flatMap((s) => s.options.filter(([o]) => o === option).map(([, v]) => v))) {
        t.ok(find(type, value), `${option}=${value} names a section of type ${type}`);
      }
    }
    const identities = sections.map((section) => `${section.name}/${section.options[0]?.[1]}`);
    t.equal(new Set(identities).size, identities.length, 'no section twice');
    const password = sections.flatMap(({ options }) => options).find(([option]) => option === 'password');
    t.equal(password?.[1], facts.authType === 'ip' ? undefined : FACTS.password, 'the password survives a semicolon');
  });
}

t.test('a name of two lines, from before they were refused, breaks no line of pjsip.conf', (t) => {
  for (const { content } of renderPbxConfig('asterisk', { ...FACTS, name: 'Müller; [x]\u2028& Söhne' }).files)
    t.doesNotThrow(() => parsePjsip(content));
  t.end();
});

t.test('the API writes it for a trunk; the password is in it only where it was made', async (t) => {
  const { app, keys } = await openTestWorld(t);
  const post = (body: object) => send(app, 'POST', '/portal/sip-trunks', { key: keys.msp, body });
  t.equal((await post({ name: 'Müller; [x]\u2028& Söhne', pbx: 'asterisk' })).status, 422, 'a name is one line');
  const { data } = (await post({ name: 'Müller; [x]& Söhne', pbx: 'asterisk' })).body;
  t.equal(data.pbx_config.password_included, true);
  t.match(data.pbx_config.files[0].content, `password=${data.password}\n`);
  t.doesNotThrow(() => parsePjsip(data.pbx_config.files[0].content), 'whatever the trunk is called');
  t.match(data.pbx_config.files[0].name, /^pjsip_didfarm-mu-ller-x-so-hne-\d+\.conf$/);
  const path = `/portal/sip-trunks/${data.uuid}/pbx-config`;
  for (const pbx of PBX_KINDS) {
    const shown = (await send(app, 'GET', `${path}?pbx=${pbx}`, { key: keys.msp })).body.data;
    t.match(shown, { pbx, password_included: false });
    t.match(JSON.stringify(shown), PASSWORD_PLACEHOLDER);
    t.notOk(JSON.stringify(shown).includes(data.password));
  }
  t.match((await send(app, 'GET', `${path}?pbx=avaya`, { key: keys.msp })).body, {
    error: { code: 'validation_failed', message: /pbx: .*3cx/ },
  });
  t.equal((await send(app, 'GET', `${path}?pbx=3cx`, { key: keys.bistro })).status, 404, 'never for a stranger');
  const plain = await post({ name: 'Plain' });
  t.notOk('pbx_config' in plain.body.data, 'only when asked for');
});
