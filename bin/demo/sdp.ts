/** A plain G.711 description for that media address and port. */
export function sdpOffer(address: string, port: number): Buffer {
  const lines = [
    'v=0',
    `o=demo 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio ${port} RTP/AVP 8 0 101`,
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n`);
}
