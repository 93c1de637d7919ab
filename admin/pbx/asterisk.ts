import { CODECS, hasPassword, hostPort, type PbxFacts, type PbxSheet } from './pbx-facts.ts';

/** One section of pjsip.conf: its name, then options in order. */
type Section = readonly [name: string, options: readonly (readonly [name: string, value: string | number])[]];

/** For Asterisk 18 and newer with chan_pjsip; option names are those of pjsip.conf. */
export function asteriskSheet(facts: PbxFacts): PbxSheet {
  const pjsip = { name: `pjsip_${facts.label}.conf`, content: pjsipConf(facts) };
  const dialplan = { name: `extensions_${facts.label}.conf`, content: extensionsConf(facts) };
  const text = [
    `Asterisk, chan_pjsip: trunk ${facts.name}`,
    '',
    `1. Put ${pjsip.name} into /etc/asterisk and add to pjsip.conf:       #include ${pjsip.name}`,
    `2. Put ${dialplan.name} there too and add to extensions.conf:  #include ${dialplan.name}`,
    '3. asterisk -rx "core reload", then: asterisk -rx "pjsip show registrations"',
    '',
    'transport-udp is the name of your transport of type udp; correct it where yours has another.',
    '',
  ].join('\n');
  return { title: 'Asterisk (pjsip.conf)', text, files: [pjsip, dialplan] };
}

function pjsipConf(facts: PbxFacts): string {
  const sections = [
    ...(hasPassword(facts) ? [registration(facts), auth(facts)] : []),
    endpoint(facts),
    aor(facts),
    ...(hasPassword(facts) ? [] : [identify(facts)]),
  ];
  return sections.map(renderSection).join('\n');
}

function renderSection([name, options]: Section): string {
  return `[${name}]\n${options.map(([option, value]) => `${option}=${value}\n`).join('')}`;
}

function registration(facts: PbxFacts): Section {
  return [
    `${facts.label}-reg`,
    [
      ['type', 'registration'],
      ['transport', 'transport-udp'],
      ['outbound_auth', `${facts.label}-auth`],
      ['server_uri', uriOf(facts)],
      ['client_uri', `sip:${facts.username}@${facts.realm}`],
      ...proxyOf(facts),
      ['contact_user', facts.username],
      ['expiration', facts.expiresSec],
      ['retry_interval', 30],
      ['forbidden_retry_interval', 300],
      ['fatal_retry_interval', 300],
      ['max_retries', 10_000],
      ['auth_rejection_permanent', 'no'],
      // The line parameter of the Contact tells calls of several trunks apart that come from one address.
      ['line', 'yes'],
      ['endpoint', facts.label],
    ],
  ];
}

function auth(facts: PbxFacts): Section {
  return [
    `${facts.label}-auth`,
    [
      ['type', 'auth'],
      ['auth_type', 'userpass'],
      ['realm', facts.realm],
      ['username', facts.username],
      ['password', escaped(facts.password)],
    ],
  ];
}

function endpoint(facts: PbxFacts): Section {
  return [
    facts.label,
    [
      ['type', 'endpoint'],
      ['transport', 'transport-udp'],
      ['context', `from-${facts.label}`],
      ['disallow', 'all'],
      ['allow', CODECS.join(',')],
      ['aors', facts.label],
      ...(hasPassword(facts) ? [['outbound_auth', `${facts.label}-auth`] as const] : []),
      ...proxyOf(facts),
      ['from_domain', facts.realm],
      ['dtmf_mode', 'rfc4733'],
      ['direct_media', 'no'],
      ['rtp_symmetric', 'yes'],
      ['force_rport', 'yes'],
      ['rewrite_contact', 'yes'],
      ['trust_id_inbound', 'yes'],
      ['send_pai', 'yes'],
    ],
  ];
}

function aor(facts: PbxFacts): Section {
  return [facts.label, [['type', 'aor'], ['contact', uriOf(facts)], ...proxyOf(facts), ['qualify_frequency', 30]]];
}

function identify(facts: PbxFacts): Section {
  const sources = facts.addresses.length > 0 ? facts.addresses : [facts.realm];
  return [
    `${facts.label}-identify`,
    [['type', 'identify'], ['endpoint', facts.label], ...sources.map((source) => ['match', source] as const)],
  ];
}

function uriOf(facts: PbxFacts): string {
  return facts.port === 5060 ? `sip:${facts.realm}` : `sip:${facts.realm}:${facts.port}`;
}

function proxyOf(facts: PbxFacts): readonly (readonly [string, string])[] {
  if (facts.proxy === null) return [];
  return [['outbound_proxy', `sip:${hostPort(facts.proxy)}\\;lr`]];
}

/** A semicolon begins a comment unless a backslash stands before it. */
function escaped(value: string): string {
  return value.replace(/;/g, '\\;');
}

function extensionsConf(facts: PbxFacts): string {
  const numbers = facts.dids.length === 0 ? ['_+X.'] : facts.dids.map(patternOf);
  const inbound = numbers.map((number) =>
    [`exten => ${number},1,NoOp(call for \${EXTEN} from \${CALLERID(num)})`, ' same => n,Goto(internal,100,1)'].join(
      '\n',
    ),
  );
  const outbound = `exten => _+X.,1,Dial(PJSIP/\${EXTEN}@${facts.label})`;
  return [
    '; Calls from here: correct the extension that each number rings.',
    `[from-${facts.label}]`,
    ...inbound,
    '',
    '; Calls to here, in E.164: include this context where your phones dial.',
    `[to-${facts.label}]`,
    outbound,
    '',
  ].join('\n');
}

/** A number as it is; a block as the pattern of its common beginning. */
function patternOf(number: string): string {
  return number.endsWith('*') ? `_${number.slice(0, -1)}.` : number;
}
