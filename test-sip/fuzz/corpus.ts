import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeededRandom } from './random.ts';

const TORTURE = join(import.meta.dirname, '../../sip-engine/testdata/rfc4475');

const SDP = [
  'v=0',
  'o=- 3724394400 3724394405 IN IP4 192.168.10.25',
  's=PBX',
  'c=IN IP4 192.168.10.25',
  't=0 0',
  'm=audio 11482 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=sendrecv',
  '',
].join('\r\n');

/** What PBXes, phones and carriers send; `@{…}` is filled in anew for every message. */
const TRAFFIC: readonly (readonly string[])[] = [
  [
    'REGISTER sip:sip.didfarm.com SIP/2.0',
    'Contact: <sip:acme@127.0.0.1:5060;ob>',
    'Expires: 300',
    'User-Agent: FPBX-16.0.40(18.13.0)',
    'Allow: OPTIONS, INVITE, ACK, BYE, CANCEL',
    'Supported: path, outbound',
  ],
  ['REGISTER sip:sip.didfarm.com SIP/2.0', 'Contact: *', 'Expires: 0'],
  [
    'REGISTER sip:sip.didfarm.com SIP/2.0',
    'Contact: "A, B" <sip:a@127.0.0.1>;expires=60;q=0.5;+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>";reg-id=1, <sip:b@127.0.0.1>',
    'Authorization: Digest username="acme", realm="sip.didfarm.com", nonce="1762a1b3", uri="sip:sip.didfarm.com", response="6629fae49393a05397450978507c4ef1", algorithm=MD5, cnonce="0a4f113b", qop=auth, nc=00000001',
  ],
  [
    'INVITE sip:+31201234567@127.0.0.1 SIP/2.0',
    'Contact: <sip:carrier@127.0.0.1:5080>',
    'P-Asserted-Identity: "Anna" <sip:+4930123@127.0.0.1>',
    'Diversion: <sip:+31@h>;reason=unconditional',
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
    'Supported: timer, 100rel',
    'Content-Type: application/sdp',
    '',
    SDP,
  ],
  [
    'INVITE sip:+31201234567@127.0.0.1;user=phone SIP/2.0',
    'Contact: sip:pbx@127.0.0.1',
    'Record-Route: <sip:127.0.0.1;lr>, <sip:127.0.0.2:5070;transport=tcp;lr>',
    'Content-Type: multipart/mixed;boundary=x',
    '',
    `--x\r\nContent-Type: application/sdp\r\n\r\n${SDP}\r\n--x--\r\n`,
  ],
  ['CANCEL sip:+31201234567@127.0.0.1 SIP/2.0', 'Reason: SIP;cause=200;text="Call completed elsewhere"'],
  ['ACK sip:+31201234567@127.0.0.1 SIP/2.0'],
  ['BYE sip:+31201234567@127.0.0.1 SIP/2.0', 'Reason: Q.850;cause=16'],
  ['OPTIONS sip:127.0.0.1 SIP/2.0', 'Accept: application/sdp', 'User-Agent: friendly-scanner'],
  ['MESSAGE sip:bob@127.0.0.1 SIP/2.0', 'Content-Type: text/plain;charset=UTF-8', '', 'Grüße ☎'],
  [
    'SUBSCRIBE sip:bob@127.0.0.1 SIP/2.0',
    'Event: presence;id=7',
    'Expires: 60',
    'Contact: <sip:w@127.0.0.1>',
    'Accept: application/pidf+xml',
  ],
  [
    'NOTIFY sip:bob@127.0.0.1 SIP/2.0',
    'Event: refer',
    'Subscription-State: terminated;reason=noresource',
    'Content-Type: message/sipfrag',
    '',
    'SIP/2.0 200 OK\r\n',
  ],
  [
    'REFER sip:bob@127.0.0.1 SIP/2.0',
    'Refer-To: <sip:c@127.0.0.1?Replaces=1%40h%3Bto-tag%3D2%3Bfrom-tag%3D3>',
    'Referred-By: <sip:a@h>',
    'Contact: <sip:a@127.0.0.1>',
  ],
  ['PRACK sip:bob@127.0.0.1 SIP/2.0', 'RAck: 776656 1 INVITE'],
  ['UPDATE sip:bob@127.0.0.1 SIP/2.0', 'Contact: <sip:a@127.0.0.1>', 'Content-Type: application/sdp', '', SDP],
  ['INFO sip:bob@127.0.0.1 SIP/2.0', 'Content-Type: application/dtmf-relay', '', 'Signal=5\r\nDuration=160\r\n'],
  ['PUBLISH sip:bob@127.0.0.1 SIP/2.0', 'Event: presence', 'SIP-If-Match: dx200xyz'],
  ['SIP/2.0 100 Trying'],
  [
    'SIP/2.0 183 Session Progress',
    'Require: 100rel',
    'RSeq: 813520',
    'Contact: <sip:b@127.0.0.1>',
    'Content-Type: application/sdp',
    '',
    SDP,
  ],
  ['SIP/2.0 200 OK', 'Contact: <sip:b@127.0.0.1>', 'Content-Type: application/sdp', '', SDP],
  ['SIP/2.0 302 Moved Temporarily', 'Contact: <sip:c@127.0.0.1>;q=0.7, <sip:d@127.0.0.1>;q=0.1'],
  ['SIP/2.0 401 Unauthorized', 'WWW-Authenticate: Digest realm="a", nonce="b", qop="auth,auth-int"'],
  ['SIP/2.0 503 Service Unavailable', 'Retry-After: 18000;duration=3600 (overload)'],
];

/** The tag that the app puts on its side of the call with that Call-ID (without its host). */
export function localTagOf(call: string): string {
  return `t${call}`;
}

/** Messages to start from: real traffic and the torture set. */
export class Corpus {
  readonly #torture = readdirSync(TORTURE)
    .filter((file) => file.endsWith('.dat'))
    .sort()
    .map((file) => readFileSync(join(TORTURE, file), 'latin1'));
  /** The last dialogs, so that in-dialog requests, CANCELs and retransmissions meet what they are for. */
  readonly #calls: string[] = [];

  pick(random: SeededRandom): string {
    return random.chance(0.2) ? random.pick(this.#torture) : this.#compose(random);
  }

  #compose(random: SeededRandom): string {
    const [start = '', ...rest] = random.pick(TRAFFIC);
    const blank = rest.indexOf('');
    const headers = blank < 0 ? rest : rest.slice(0, blank);
    const body = blank < 0 ? '' : Buffer.from(rest.slice(blank + 1).join('')).toString('latin1');
    const method = start.startsWith('SIP/') ? random.pick(['INVITE', 'OPTIONS', 'BYE']) : (start.split(' ')[0] ?? '');
    const call = random.chance(0.5) && this.#calls.length > 0 ? random.pick(this.#calls) : random.hex(8);
    if (!this.#calls.includes(call)) this.#calls.push(call);
    if (this.#calls.length > 8) this.#calls.shift();
    // The app behind the engine gives the tags of its calls so: in-dialog requests reach them.
    const toTag = random.chance(0.4) && method !== 'CANCEL' ? `;tag=${localTagOf(call)}` : '';
    const lines = [
      start,
      `Via: SIP/2.0/UDP 127.0.0.1:5090;rport;branch=z9hG4bK${call}${random.int(3)}`,
      'Max-Forwards: 70',
      `From: "Fuzz" <sip:fuzz@127.0.0.1>;tag=f${call}`,
      `To: <sip:bob@127.0.0.1>${toTag}`,
      `Call-ID: ${call}@fuzz`,
      `CSeq: ${method === 'ACK' || method === 'CANCEL' ? 1 : 1 + random.int(9)} ${method}`,
      ...headers,
      `Content-Length: ${body.length}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  }
}
