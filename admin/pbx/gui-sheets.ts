import { hasPassword, hostPort, type PbxFacts, type PbxSheet, serverOf } from './pbx-facts.ts';
import { renderSheet, type SettingsPage } from './settings-sheet.ts';

/**
 * 3CX version 20: a generic SIP trunk. Authentication types as in 3cx.com/docs/sip-trunk-registration-authentication;
 * where audio and re-INVITEs go is no option of its console, but of templates alone (3cx.com/docs/sip-trunk-options).
 */
export function threeCxSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  return sheet('3CX', facts, [
    {
      page: 'Voice & Chat > Add Trunk > Generic > Generic SIP Trunk, General',
      settings: [
        ['Trunk name', facts.name],
        ['Registrar/Server', facts.realm],
        ['Registrar port', facts.port],
        ['Outbound Proxy', facts.proxy?.host],
        ['Outbound Proxy port', facts.proxy?.port],
        ['Number of SIM calls', facts.maxCalls],
        ['Type of authentication', digest ? 'Register/Account based' : 'Do not require - IP Based'],
        ['Authentication ID', digest ? facts.username : null],
        ['Authentication Password', digest ? facts.password : null],
        ['Main Trunk No', facts.dids[0]],
      ],
    },
    { page: 'DIDs', settings: facts.dids.map((did) => ['DID', did] as const) },
    {
      page: 'Options',
      settings: [
        ['Re-Register Timeout', facts.expiresSec],
        ['Transport Protocol', 'UDP'],
        ['Codec Priority', 'G.711 A-law, G.711 U-law'],
      ],
    },
    {
      page: 'Inbound Parameters',
      settings: [
        ['CalledNum', 'To: User Part'],
        ['CallerNum', 'From: User Part'],
      ],
    },
    {
      page: 'Outbound Parameters',
      settings: [
        ['From: User Part', 'OutboundCallerId'],
        ['From: Host Part', 'GWHostPort (the registrar)'],
        ['To: Host Part', 'GWHostPort (the registrar)'],
      ],
    },
  ]);
}

/** FreePBX 16 and 17: a pjsip trunk, named as in its form (github.com/FreePBX/core, views/trunks/pjsip.php). */
export function freepbxSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  const uri = facts.port === 5060 ? facts.realm : `${facts.realm}:${facts.port}`;
  return sheet('FreePBX (chan_pjsip)', facts, [
    {
      page: 'Connectivity > Trunks > Add SIP (chan_pjsip) Trunk, General',
      settings: [
        ['Trunk Name', facts.label],
        ['Maximum Channels', facts.maxCalls],
      ],
    },
    {
      page: 'pjsip Settings > General',
      settings: [
        ['Username', facts.username],
        ['Auth username', digest ? facts.username : null],
        ['Secret', digest ? facts.password : null],
        ['Authentication', digest ? 'Outbound' : 'None'],
        ['Registration', digest ? 'Send' : 'None'],
        ['SIP Server', facts.realm],
        ['SIP Server Port', facts.port],
        ['Context', 'from-pstn'],
        ['Transport', '0.0.0.0-udp'],
      ],
    },
    {
      page: 'pjsip Settings > Advanced',
      settings: [
        ['DTMF Mode', 'RFC 4733'],
        ['Permanent Auth Rejection', 'No'],
        ['Forbidden Retry Interval', 300],
        ['Fatal Retry Interval', 300],
        ['General Retry Interval', 30],
        ['Expiration', facts.expiresSec],
        ['Max Retries', 10_000],
        ['Qualify Frequency', 30],
        ['Outbound Proxy', facts.proxy === null ? null : `sip:${hostPort(facts.proxy)}\\;lr`],
        ['Contact User', digest ? facts.username : null],
        ['From Domain', facts.realm],
        ['Client URI', digest ? `sip:${facts.username}@${facts.realm}` : null],
        ['Server URI', digest ? `sip:${uri}` : null],
        ['Match (Permit)', facts.addresses.join(',')],
        ['Rewrite Contact', 'Yes'],
        ['RTP Symmetric', 'Yes'],
        ['Force rport', 'Yes'],
        ['Send RPID/PAI', 'Send P-Asserted-Identity header'],
      ],
    },
    { page: 'pjsip Settings > Codecs', settings: [['Codecs', 'alaw, ulaw']] },
    {
      page: 'Connectivity > Inbound Routes (one each)',
      settings: facts.dids.map((did) => ['DID Number', did] as const),
    },
  ]);
}

/**
 * Yeastar P-Series: a register or peer trunk. The settings of the first page are those of
 * help.yeastar.com/en/p-series-software-edition/administrator-guide/sip-trunk-settings.html; codecs and DTMF of the
 * second are named as in help.yeastar.com/en/yeastar-central-management/topics/advanced-trunk-settings.html.
 */
export function yeastarSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  const server = serverOf(facts);
  return sheet('Yeastar P-Series', facts, [
    {
      page: 'Extension and Trunk > Trunk > Add, Basic',
      settings: [
        ['Name', facts.label],
        ['Trunk Status', 'Enabled'],
        ['Select ITSP Template', 'General'],
        ['Trunk Type', digest ? 'Register Trunk' : 'Peer Trunk'],
        ['Transport', 'UDP'],
        ['Hostname/IP', facts.realm],
        ['Port', facts.port],
        ['Domain', facts.realm],
        ['Username', digest ? facts.username : null],
        ['Password', digest ? facts.password : null],
        ['Authentication Name', digest ? facts.username : null],
        ['Enable Outbound Proxy', facts.proxy === null ? null : `${server.host}, port ${server.port}`],
      ],
    },
    {
      page: 'Advanced',
      settings: [
        ['Codec', 'a-law, u-law'],
        ['DTMF Mode', 'RFC4733 (RFC2833)'],
        ['Maximum Concurrent Calls', facts.maxCalls],
        ['Get DID From', 'To'],
        ['Get Caller ID From', 'From'],
        ['From Domain', facts.realm],
      ],
    },
    { page: 'DIDs/DDIs', settings: facts.dids.map((did) => ['DID/DDI', did] as const) },
  ]);
}

/**
 * Grandstream UCM6300: a register or peer SIP trunk. Outbound proxy, DID mode (default: Request-line, which is the user
 * name here) and DTMF mode are named as in the UCM6200 Series User Manual, page 156, Keep Original CID as in the UCM630X
 * Series User Manual 1.0.11.10, page 257; docs/api.md says what neither confirms.
 */
export function grandstreamSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  return sheet('Grandstream UCM63xx', facts, [
    {
      page: 'Extension/Trunk > VoIP Trunks > Add SIP Trunk',
      settings: [
        ['Type', digest ? 'Register SIP Trunk' : 'Peer SIP Trunk'],
        ['Provider Name', facts.label],
        ['Host Name', facts.port === 5060 ? facts.realm : `${facts.realm}:${facts.port}`],
        ['Transport', 'UDP'],
        ['Keep Original CID', 'Yes'],
        ['Need Registration', digest ? 'Yes' : null],
        ['Username', digest ? facts.username : null],
        ['Password', digest ? facts.password : null],
        ['AuthID', digest ? facts.username : null],
      ],
    },
    {
      page: 'The trunk > Advanced Settings',
      settings: [
        ['Codec Preference', 'PCMA, PCMU'],
        ['From Domain', facts.realm],
        ['Outbound Proxy Support', facts.proxy === null ? null : 'Yes'],
        ['Outbound Proxy', facts.proxy === null ? null : hostPort(facts.proxy)],
        ['DID Mode', 'To-header'],
        ['DTMF Mode', 'RFC4733 (RFC2833 in older firmware)'],
        ['Enable Heartbeat Detection', 'Yes'],
        ['Heartbeat Frequency', 60],
        ['The Maximum Number of Call Lines', facts.maxCalls],
      ],
    },
    { page: 'Inbound Routes (one pattern each)', settings: facts.dids.map((did) => ['Pattern', `_${did}`] as const) },
  ]);
}

/**
 * A session border controller between Teams Direct Routing and this trunk, in the words of AudioCodes Mediant: Accounts
 * register a Served with a Serving IP Group (techdocs.audiocodes.com, User's Manual 7.4, Configuring IP Groups).
 */
export function teamsSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  const server = serverOf(facts);
  return sheet('Teams Direct Routing (SBC)', facts, [
    {
      page: 'Signaling & Media > Core Entities > Proxy Sets, Proxy Address',
      settings: [
        ['Name', facts.label],
        ['Proxy Keep-Alive', 'Using OPTIONS'],
        ['Proxy Address', hostPort(server)],
        ['Transport Type', 'UDP'],
      ],
    },
    {
      page: 'Signaling & Media > Core Entities > IP Groups',
      settings: [
        ['Name', facts.label],
        ['Type', 'Server'],
        ['Proxy Set', facts.label],
        ['SIP Group Name', facts.realm],
        ['Media Security', 'Not secured (RTP); towards Teams: Secured (SRTP)'],
      ],
    },
    {
      page: 'Signaling & Media > SIP Definitions > Accounts',
      settings: digest
        ? [
            ['Served IP Group', 'Teams'],
            ['Serving IP Group', facts.label],
            ['Host Name', facts.realm],
            ['Contact User', facts.username],
            ['Register', 'Regular'],
            ['User Name', facts.username],
            ['Password', facts.password],
          ]
        : [],
    },
    {
      page: 'Signaling & Media > Coders & Profiles',
      settings: [['Coders', 'G.711 A-law, G.711 U-law']],
    },
    {
      page: 'Teams: Set-CsPhoneNumberAssignment (one each)',
      settings: facts.dids.map((did) => ['PhoneNumber', did] as const),
    },
  ]);
}

/** Any other PBX. */
export function genericSheet(facts: PbxFacts): PbxSheet {
  const digest = hasPassword(facts);
  return sheet('Any SIP PBX', facts, [
    {
      page: 'SIP trunk',
      settings: [
        ['Registrar, SIP domain, realm', facts.realm],
        ['Port', facts.port],
        ['Outbound proxy', facts.proxy === null ? null : hostPort(facts.proxy)],
        ['Transport', facts.tlsPort === null ? 'UDP or TCP' : `UDP or TCP; TLS on port ${facts.tlsPort}`],
        ['Register', digest ? 'yes' : 'no, the source address is known'],
        ['User name, authentication name', digest ? facts.username : null],
        ['Password', digest ? facts.password : null],
        ['Registration expiry', digest ? `${facts.expiresSec} s` : null],
        ['Codecs', 'G.711 A-law, G.711 U-law'],
        ['DTMF', 'RFC 4733 (telephone-event)'],
        ['Called number', 'user part of To (also P-Called-Party-ID), E.164 with +'],
        ['Our addresses', facts.addresses.join(', ')],
        ['Calls at once', facts.maxCalls],
      ],
    },
    { page: 'Numbers', settings: facts.dids.map((did) => ['DID', did] as const) },
  ]);
}

function sheet(title: string, facts: PbxFacts, pages: readonly SettingsPage[]): PbxSheet {
  const notes = ['Numbers come and go in E.164 with +.'];
  return { title, text: renderSheet(`${title}: trunk ${facts.name}`, pages, notes), files: [] };
}
