import { hasPassword, hostPort, type PbxFacts, type PbxSheet, serverOf } from './pbx-facts.ts';
import { renderSheet } from './settings-sheet.ts';

/**
 * FusionPBX (FreeSWITCH): the gateway's form, and the same as XML for mod_sofia. The parameters are those of FreeSWITCH
 * Explained, Sofia Gateway Authentication Params (developer.signalwire.com).
 */
export function fusionpbxSheet(facts: PbxFacts): PbxSheet {
  const title = 'FusionPBX (FreeSWITCH gateway)';
  const digest = hasPassword(facts);
  const server = hostPort(serverOf(facts));
  const pages = [
    {
      page: 'Accounts > Gateways > Add',
      settings: [
        ['Gateway', facts.label],
        ['Username', facts.username],
        ['Password', digest ? facts.password : null],
        ['From Domain', facts.realm],
        ['Proxy', facts.proxy === null ? server : facts.realm],
        ['Realm', facts.realm],
        ['Expire Seconds', facts.expiresSec],
        ['Register', digest ? 'True' : 'False'],
        ['Retry Seconds', 30],
        ['Context', 'public'],
        ['Profile', 'external'],
        ['Enabled', 'True'],
      ],
    },
    {
      page: 'Advanced, on the same page',
      settings: [
        ['Extension', 'auto_to_user'],
        ['Register Proxy', facts.proxy === null ? null : server],
        ['Outbound Proxy', facts.proxy === null ? null : server],
        ['Caller ID In From', 'True'],
        ['Extension In Contact', 'True'],
        ['Ping', 25],
      ],
    },
    { page: 'Dialplan > Destinations (one each)', settings: facts.dids.map((did) => ['Destination', did] as const) },
  ] as const;
  const file = { name: `${facts.label}.xml`, content: gatewayXml(facts) };
  const notes = [
    `Instead of the form: ${file.name} goes into the external profile's folder of FreeSWITCH, then "sofia profile external rescan".`,
    'Numbers come in E.164 with +, in the To header and, for this gateway, as the extension.',
  ];
  return { title, text: renderSheet(`${title}: trunk ${facts.name}`, pages, notes), files: [file] };
}

function gatewayXml(facts: PbxFacts): string {
  const digest = hasPassword(facts);
  const server = hostPort(serverOf(facts));
  const params: readonly (readonly [string, string | number | null])[] = [
    ['username', facts.username],
    ['realm', facts.realm],
    ['from-domain', facts.realm],
    // FreeSWITCH wants one even where it is not used.
    ['password', digest ? facts.password : 'not-used'],
    ['proxy', facts.proxy === null ? server : facts.realm],
    ['register-proxy', facts.proxy === null ? null : server],
    ['outbound-proxy', facts.proxy === null ? null : server],
    ['expire-seconds', facts.expiresSec],
    ['register', digest ? 'true' : 'false'],
    ['register-transport', digest ? 'udp' : null],
    ['retry-seconds', 30],
    ['caller-id-in-from', 'true'],
    ['extension', 'auto_to_user'],
    ['extension-in-contact', 'true'],
    ['ping', 25],
    ['context', 'public'],
  ];
  const lines = params
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `    <param name="${name}" value="${escapeXml(String(value))}"/>`);
  return ['<include>', `  <gateway name="${facts.label}">`, ...lines, '  </gateway>', '</include>', ''].join('\n');
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
