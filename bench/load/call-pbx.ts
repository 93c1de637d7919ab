import { field } from './call-messages.ts';

const SDP =
  'v=0\r\no=pbx 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40002 RTP/AVP 8 101\r\n' +
  'a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n';

/** What a PBX answers at once and without any state: 180 and 200 to INVITE, 200 to BYE, nothing to ACK. */
export function answerAsPbx(bytes: Buffer, port: number): readonly string[] {
  const text = bytes.toString('latin1');
  const method = text.slice(0, text.indexOf(' '));
  if (method === 'BYE') return [`SIP/2.0 200 OK\r\n${copied(text, field(text, 'To'))}Content-Length: 0\r\n\r\n`];
  if (method !== 'INVITE') return [];
  const to = field(text, 'To');
  const tagged = to.includes(';tag=') ? to : `${to};tag=p${field(text, 'Call-ID').slice(0, 8)}`;
  const head = `${copied(text, tagged)}Contact: <sip:pbx@127.0.0.1:${port}>\r\n`;
  return [
    `SIP/2.0 180 Ringing\r\n${head}Content-Length: 0\r\n\r\n`,
    `SIP/2.0 200 OK\r\n${head}Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`,
  ];
}

/** RFC 3261 8.2.6.2, and 12.1.1 for Record-Route. */
function copied(text: string, to: string): string {
  const lines = text.match(/^(?:Via|Record-Route): .*$/gm) ?? [];
  const many = lines.map((line) => `${line.trimEnd()}\r\n`).join('');
  return `${many}From: ${field(text, 'From')}\r\nTo: ${to}\r\nCall-ID: ${field(text, 'Call-ID')}\r\nCSeq: ${field(text, 'CSeq')}\r\n`;
}
