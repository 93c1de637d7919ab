const SDP = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n';

function text(start: string, lines: readonly string[], body = ''): string {
  const type = body === '' ? [] : ['Content-Type: application/sdp'];
  return [start, ...lines, ...type, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

function common(method: string, id: string, port: number, branch = ''): string[] {
  return [
    `Via: SIP/2.0/UDP 127.0.0.1:${port};rport;branch=z9hG4bK${id}${branch}`,
    'Max-Forwards: 70',
    'From: "Acme" <sip:acme_xk9f2@sip.didfarm.com>;tag=7d4b3f1c2e',
    'To: "Acme" <sip:acme_xk9f2@sip.didfarm.com>',
    `Call-ID: ${id}@127.0.0.1`,
    `CSeq: 1 ${method}`,
  ];
}

/** A small request out of any dialog. */
export function plainRequest(method: string, id: string, port: number): string {
  return text(`${method} sip:sip.didfarm.com SIP/2.0`, common(method, id, port));
}

/** A REGISTER of about 700 bytes, as a PBX sends it the second time. */
export function registerRequest(id: string, port: number): string {
  return text('REGISTER sip:sip.didfarm.com SIP/2.0', [
    ...common('REGISTER', id, port),
    'User-Agent: FPBX-16.0.40(18.13.0)',
    'Contact: <sip:acme_xk9f2@192.168.10.25:5060;ob>;expires=300',
    'Expires: 300',
    'Allow: OPTIONS, INVITE, ACK, BYE, CANCEL, UPDATE, REFER',
    'Authorization: Digest username="acme_xk9f2", realm="sip.didfarm.com", nonce="1762a1b3c4d5e6f7", uri="sip:sip.didfarm.com", response="6629fae49393a05397450978507c4ef1"',
  ]);
}

export function inviteRequest(id: string, port: number): string {
  const contact = `Contact: <sip:caller@127.0.0.1:${port}>`;
  return text('INVITE sip:callee@127.0.0.1 SIP/2.0', [...common('INVITE', id, port), contact], SDP);
}

/** ACK or BYE inside the call that the 200 made. */
export function inCall(method: 'ACK' | 'BYE', id: string, port: number, ok: string): string {
  const uri = /^Contact: <([^>]+)>/im.exec(ok)?.[1] ?? 'sip:127.0.0.1';
  const to = /^To: (.*)\r$/im.exec(ok)?.[1] ?? '';
  const lines = common(method, id, port, method).map((line) => (line.startsWith('To:') ? `To: ${to}` : line));
  const cseq = method === 'ACK' ? 1 : 2;
  return text(`${method} ${uri} SIP/2.0`, [...lines.slice(0, -1), `CSeq: ${cseq} ${method}`]);
}

/** The callee's 200 to a request. */
export function okTo(request: string, port: number): string {
  const lines = request.split('\r\n').filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route):/i.test(line));
  const to = /^To: (.*)\r$/im.exec(request)?.[1] ?? '';
  const tagged = to.includes(';tag=') ? to : `${to};tag=callee`;
  const contact = [`To: ${tagged}`, `Contact: <sip:callee@127.0.0.1:${port}>`];
  return text('SIP/2.0 200 OK', [...lines, ...contact], request.startsWith('INVITE') ? SDP : '');
}
